using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>Finds a part in a multipart body (RFC 2046 section 5.1.1): trunks with SIP-I send descriptions that way.</summary>
internal static class MultipartBody
{
    private const int MostParts = 16;
    private const int MostLevels = 2;
    private const int LongestPartHeader = 4096;

    /// <summary>The body or the first part of the wanted type; null when there is none.</summary>
    internal static ReadOnlyMemory<byte>? Find(string type, string contentType, ReadOnlyMemory<byte> body, string wanted, int level = 0)
    {
        if (body.IsEmpty)
        {
            return null;
        }

        if (type == wanted)
        {
            return body;
        }

        if (!type.StartsWith("multipart/", StringComparison.Ordinal) || level == MostLevels || Boundary(contentType) is not { } boundary)
        {
            return null;
        }

        foreach (var part in Parts(body, Encoding.UTF8.GetBytes("--" + boundary)))
        {
            var end = part.Span.IndexOf("\r\n\r\n"u8);
            if (end is >= 0 and <= LongestPartHeader && PartType(part[..end]) is { } partType
                && Find(SipMediaType.Of(partType), partType, part[(end + 4)..], wanted, level + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The body or the first part of the wanted type, with its own Content-Type.</summary>
    internal static SipBody? FindPart(SipBody body, string wanted, int level = 0)
    {
        if (body.MediaType == wanted)
        {
            return body;
        }

        if (!body.MediaType.StartsWith("multipart/", StringComparison.Ordinal) || level == MostLevels || Boundary(body.ContentType) is not { } boundary)
        {
            return null;
        }

        foreach (var part in Parts(body.Content, Encoding.UTF8.GetBytes("--" + boundary)))
        {
            var end = part.Span.IndexOf("\r\n\r\n"u8);
            if (end is >= 0 and <= LongestPartHeader && PartType(part[..end]) is { } partType
                && FindPart(new SipBody(partType, part[(end + 4)..]), wanted, level + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(ReadOnlyMemory<byte> body, byte[] delimiter)
    {
        var at = NextDelimiter(body.Span, 0, delimiter);
        for (var count = 0; at >= 0 && count < MostParts; count++)
        {
            var lineEnd = body.Span[at..].IndexOf("\r\n"u8);
            if (lineEnd < 0 || body.Span[(at + delimiter.Length)..].StartsWith("--"u8))
            {
                yield break;
            }

            // A part without header fields begins with the empty line: the line end is left to it.
            var start = at + lineEnd;
            var next = NextDelimiter(body.Span, start, delimiter);
            yield return next < 0 ? body[start..] : body[start..Math.Max(start, next - 2)];
            at = next;
        }
    }

    private static int NextDelimiter(ReadOnlySpan<byte> body, int from, ReadOnlySpan<byte> delimiter)
    {
        for (var at = from; at < body.Length; at++)
        {
            var step = body[at..].IndexOf(delimiter);
            if (step < 0)
            {
                return -1;
            }

            at += step;
            if (at == 0 || body[at - 1] == '\n')
            {
                return at;
            }
        }

        return -1;
    }

    private static string? PartType(ReadOnlyMemory<byte> headers)
    {
        foreach (var line in Encoding.UTF8.GetString(headers.Span).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.AsSpan(0, colon).Trim() is var name
                && (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) || name is "c" or "C"))
            {
                return line[(colon + 1)..].Trim();
            }
        }

        return null;
    }

    private static string? Boundary(string contentType)
    {
        var semicolon = contentType.IndexOf(';', StringComparison.Ordinal);
        return semicolon >= 0
            && SipParameters.TryParseHeader(Encoding.UTF8.GetBytes(contentType[semicolon..]), out var parameters)
            && SipParameters.TryGet(parameters, "boundary", out var wire)
            && SipParameters.Text(wire) is { Length: > 0 and <= 70 } boundary
            ? boundary
            : null;
    }
}
