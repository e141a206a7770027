using System.Buffers.Text;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>
/// Reads whole messages: a datagram, or what <see cref="SipStreamFramer"/> cut from a stream. Never throws for what it
/// reads. The message keeps the memory given: hand over a buffer that nobody writes again.
/// </summary>
public static class SipParser
{
    private static readonly SipParseFault NotSip = new(400, "Bad Request");
    private static readonly SipUri NoUri = new("sip") { Host = "invalid" };

    /// <summary>Reads one message (RFC 3261 section 7); bytes after the body of a datagram are left out (section 18.3).</summary>
    public static SipParseResult Parse(ReadOnlyMemory<byte> bytes)
    {
        var start = LeadingLineEnds(bytes.Span);
        bytes = bytes[start..];
        if (bytes.IsEmpty)
        {
            return new(SipParseFault.KeepAliveBytes);
        }

        if (bytes.Length > SipLimits.Message)
        {
            return new(new SipParseFault(513, "Message Too Large"));
        }

        var lineEnd = bytes.Span.IndexOf("\r\n"u8);
        if (lineEnd < 0)
        {
            return new(NotSip);
        }

        Span<HeaderField> scratch = stackalloc HeaderField[SipLimits.HeaderFields];
        var index = HeaderIndex.Read(ref bytes, lineEnd + 2, scratch);
        if (index.End > SipLimits.HeaderSection)
        {
            return new(new SipParseFault(513, "Header Section Too Large"));
        }

        var fields = scratch[..index.Count].ToArray();
        return bytes.Span[..lineEnd].StartsWith("SIP/"u8)
            ? ParseResponse(bytes, lineEnd, index, fields)
            : ParseRequest(bytes, lineEnd, index, fields);
    }

    /// <summary>The refusal of a message whose end is not known.</summary>
    internal static SipParseFault Refuse(ReadOnlyMemory<byte> bytes, int status, string phrase)
    {
        var lineEnd = bytes.Span.IndexOf("\r\n"u8);
        var space = bytes.Span.IndexOf((byte)' ');
        if (lineEnd < 0 || space < 0 || space > lineEnd || bytes.Span.StartsWith("SIP/"u8)
            || !SipMethod.TryParse(bytes.Span[..space], out var method))
        {
            return new SipParseFault(status, phrase);
        }

        var scratch = new HeaderField[SipLimits.HeaderFields];
        var index = HeaderIndex.Read(ref bytes, lineEnd + 2, scratch);
        return Refuse(bytes, scratch[..index.Count], method, status, phrase).Fault!;
    }

    private static SipParseResult ParseResponse(ReadOnlyMemory<byte> bytes, int lineEnd, HeaderIndex index, HeaderField[] fields)
    {
        var line = bytes.Span[..lineEnd];
        if (index.Fault is not null
            || line.Length < 11 || !line.StartsWith("SIP/2.0 "u8)
            || !TryParseStatus(line.Slice(8, 3), out var status)
            || (line.Length > 11 && line[11] != ' ')
            || FindBody(bytes.Span, fields, index.End, out var bodyLength) is not null)
        {
            return new(NotSip);
        }

        var phrase = line.Length > 12 ? SipSyntax.WithoutControls(TextCache.Get(line[12..])) : "";
        var response = new SipResponse(bytes[..(index.End + bodyLength)], fields, index.End, bodyLength, status, phrase);
        return response.FindFault() is null ? new(response) : new(NotSip);
    }

    private static SipParseResult ParseRequest(ReadOnlyMemory<byte> bytes, int lineEnd, HeaderIndex index, HeaderField[] fields)
    {
        var line = bytes.Span[..lineEnd];
        var space = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (space <= 0 || !SipMethod.TryParse(line[..space], out var method))
        {
            // Lines that still end as a request line does are a request's; the rest is noise, and noise gets no answer.
            return line.IndexOf(" SIP/"u8) < 0
                ? new(NotSip)
                : Refuse(bytes, fields, default, 400, "Malformed Request-Line");
        }

        if (index.Fault is not null)
        {
            return Refuse(bytes, fields, method, 400, index.Fault);
        }

        var fault = FindVersionFault(line[(last + 1)..], out var status);
        if (fault is not null)
        {
            return Refuse(bytes, fields, method, status, fault);
        }

        if (last == space || !SipUri.TryParse(line[(space + 1)..last], out var uri))
        {
            return Refuse(bytes, fields, method, 400, "Malformed Request-URI");
        }

        fault = FindBody(bytes.Span, fields, index.End, out var bodyLength);
        if (fault is not null)
        {
            return Refuse(bytes, fields, method, 400, fault);
        }

        var request = new SipRequest(bytes[..(index.End + bodyLength)], fields, index.End, bodyLength, method, uri);
        fault = request.FindFault()
            ?? FindNumberFault(request);
        if (fault is not null)
        {
            return Refuse(bytes, fields, method, 400, fault);
        }

        // An unknown method may know why (RFC 4475 section 3.1.2.18).
        return request.CSeq.Method == method
            ? new(request)
            : Refuse(bytes, fields, method, method.IsRegistered ? 400 : 501, "CSeq Method Mismatch");
    }

    private static SipParseResult Refuse(ReadOnlyMemory<byte> bytes, HeaderField[] fields, SipMethod method, int status, string phrase)
    {
        var request = new SipRequest(bytes, fields, bytes.Length, 0, method, NoUri);
        return new(method != SipMethod.Ack && request.TryReadTopVia(isLenient: true, out var via)
            ? new SipParseFault(status, phrase, request, via)
            : new SipParseFault(status, phrase));
    }

    private static string? FindVersionFault(ReadOnlySpan<byte> version, out int status)
    {
        status = 400;
        if (Ascii.EqualsIgnoreCase(version, "SIP/2.0"u8))
        {
            return null;
        }

        if (version.Length > 4 && Ascii.EqualsIgnoreCase(version[..4], "SIP/"u8) && !version[4..].ContainsAnyExceptInRange((byte)'.', (byte)'9'))
        {
            status = 505;
            return "Version Not Supported";
        }

        return "Malformed Request-Line";
    }

    /// <summary>Content-Length (RFC 3261 section 18.3): larger than what is there is a fault, absent means the rest (U-44, U-45).</summary>
    private static string? FindBody(ReadOnlySpan<byte> bytes, ReadOnlySpan<HeaderField> fields, int bodyStart, out int length)
    {
        length = bytes.Length - bodyStart;
        foreach (ref readonly var field in fields)
        {
            if (field.Id != HeaderName.ContentLength)
            {
                continue;
            }

            var value = field.Value(bytes);
            if (!TryParseNumber(value, out var stated))
            {
                return "Malformed Content-Length";
            }

            if (stated > length)
            {
                return "Content-Length Exceeds Message";
            }

            length = (int)stated;
        }

        return null;
    }

    private static string? FindNumberFault(SipRequest request)
    {
        if (request.TryFind(HeaderName.MaxForwards, out var hops) && !(TryParseNumber(hops, out var number) && number <= 255))
        {
            return "Malformed Max-Forwards";
        }

        return request.TryFind(HeaderName.Expires, out var expires) && !TryParseNumber(expires, out _)
            ? "Malformed Expires"
            : null;
    }

    /// <summary>Digits only, below 2^32.</summary>
    private static bool TryParseNumber(ReadOnlySpan<byte> value, out uint number)
    {
        number = 0;
        return !value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(value, out number, out var used) && used == value.Length;
    }

    private static bool TryParseStatus(ReadOnlySpan<byte> digits, out int status) =>
        Utf8Parser.TryParse(digits, out status, out var used) && used == 3 && status is >= 100 and <= 699;

    private static int LeadingLineEnds(ReadOnlySpan<byte> bytes)
    {
        var start = 0;
        while (start < bytes.Length && (bytes[start] is (byte)'\r' or (byte)'\n'))
        {
            start++;
        }

        return start;
    }
}
