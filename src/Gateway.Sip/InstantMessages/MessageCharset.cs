using System.Diagnostics.CodeAnalysis;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.InstantMessages;

/// <summary>Text of a body in whatever charset it names (RFC 3261 section 7.4.1: UTF-8 where it names none).</summary>
public static class MessageCharset
{
    private static readonly UTF8Encoding Lenient = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Reads the text; false for a charset that is not known (MAPPING M-20).</summary>
    public static bool TryDecode(SipBody body, [NotNullWhen(true)] out string? text)
    {
        ArgumentNullException.ThrowIfNull(body);
        text = Of(body.ContentType) is { } encoding ? encoding.GetString(body.Content.Span) : null;
        return text is not null;
    }

    private static Encoding? Of(string contentType)
    {
        var charset = Parameter(contentType);
        if (charset is null or "utf-8" or "utf8" or "us-ascii" or "ascii")
        {
            return Lenient; // bytes over 127 that call themselves ASCII are UTF-8 in practice
        }

        // UTF-7 and the like, with which text can be smuggled past filters, are not among what the platform offers.
        return charset is "iso-8859-1" or "iso8859-1" or "latin1" ? Encoding.Latin1
            : charset is "utf-16" or "utf-16le" ? Encoding.Unicode
            : charset == "utf-16be" ? Encoding.BigEndianUnicode
            : null;
    }

    private static string? Parameter(string contentType)
    {
        foreach (var part in contentType.Split(';').Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part[..equals].Trim().Equals("charset", StringComparison.OrdinalIgnoreCase))
            {
                return part[(equals + 1)..].Trim().Trim('"').ToLowerInvariant();
            }
        }

        return null;
    }
}
