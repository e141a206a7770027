using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Mapping.Sessions.Traces;

/// <summary>SIP messages as a trace shows them.</summary>
internal static partial class SipTraceText
{
    /// <summary>The Call-ID, long or compact (RFC 3261 section 20.8), without reading more than the head; empty without one.</summary>
    public static ReadOnlySpan<byte> CallId(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            var end = message.IndexOf((byte)'\n');
            var line = (end < 0 ? message : message[..end]).TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                return default; // the body begins
            }

            var colon = line.IndexOf((byte)':');
            if (colon > 0)
            {
                var name = line[..colon].TrimEnd(" \t"u8);
                if (Ascii.EqualsIgnoreCase(name, "call-id"u8) || Ascii.EqualsIgnoreCase(name, "i"u8))
                {
                    return line[(colon + 1)..].Trim(" \t"u8);
                }
            }

            message = end < 0 ? [] : message[(end + 1)..];
        }

        return default;
    }

    /// <summary>The name on the ladder: a method, or a status and its phrase.</summary>
    public static string Summary(string message)
    {
        var line = message[..Math.Max(0, message.IndexOf('\n', StringComparison.Ordinal))].TrimEnd('\r');
        return line.StartsWith("SIP/2.0 ", StringComparison.Ordinal) ? line["SIP/2.0 ".Length..] : line.Split(' ')[0];
    }

    /// <summary>Without what proves who we are, and without what opens the media.</summary>
    public static string Redacted(string message) => UriPassword().Replace(
        Secrets().Replace(WithoutKeys(message), "$1removed"), "$1removed@");

    /// <summary>Keys in INFO (R-40): the whole body of <c>application/dtmf-relay</c> or <c>application/dtmf</c>.</summary>
    private static string WithoutKeys(string message)
    {
        var end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end >= 0 && message.AsSpan(0, end).Contains("application/dtmf", StringComparison.OrdinalIgnoreCase)
            ? message[..(end + 4)] + "removed" : message;
    }

    /// <summary>Digest answers (RFC 3261 section 22), SDES keys (RFC 4568), ICE passwords (RFC 8839), k= lines.</summary>
    [GeneratedRegex(
        @"^((?:Proxy-)?Authorization[ \t]*:[ \t]*|a=crypto:\S+ \S+ |a=ice-pwd:|a=key-mgmt:|k=)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"(sips?:[^\s:@;<>]+:)[^\s@;<>]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UriPassword();
}
