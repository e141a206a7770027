using System.Collections.Immutable;
using System.Globalization;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Dialogs;

/// <summary>The Reason header field: RFC 3326, in responses RFC 6432.</summary>
internal static class ReasonHeader
{
    private const int LongestText = 256;

    /// <summary>The values of a message; malformed ones are left out, and only the first of a protocol counts (section 2).</summary>
    public static ImmutableArray<SipReason> Read(SipMessage message)
    {
        var reasons = ImmutableArray.CreateBuilder<SipReason>();
        foreach (var value in message.HeaderValues(SipHeaders.Reason))
        {
            if (TryRead(value, out var reason)
                && !reasons.Any(known => known.Protocol.Equals(reason.Protocol, StringComparison.OrdinalIgnoreCase)))
            {
                reasons.Add(reason);
            }
        }

        return reasons.ToImmutable();
    }

    /// <summary>The first value, the usual case.</summary>
    public static SipReason? First(SipMessage message) => Read(message) is [var first, ..] ? first : null;

    /// <summary>The wire form.</summary>
    public static string Write(SipReason reason)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{HeaderText.Clean(reason.Protocol)};cause={reason.Cause}");
        return reason.Text is null ? text : $"{text};text={HeaderText.Quote(HeaderText.Cut(reason.Text, LongestText))}";
    }

    private static bool TryRead(string value, out SipReason reason)
    {
        var parts = SplitOutsideQuotes(value);
        reason = new SipReason(parts[0].Trim(), 0);
        var cause = -1;
        string? text = null;
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : part[..equals].Trim();
            if (name.Equals("cause", StringComparison.OrdinalIgnoreCase)
                && !int.TryParse(part.AsSpan(equals + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out cause))
            {
                return false;
            }

            if (name.Equals("text", StringComparison.OrdinalIgnoreCase))
            {
                text = HeaderText.Cut(Unquote(part[(equals + 1)..].Trim()), LongestText);
            }
        }

        reason = new SipReason(parts[0].Trim(), cause, text);
        return reason.Protocol.Length is > 0 and < 64 && cause >= 0;
    }

    private static List<string> SplitOutsideQuotes(string value)
    {
        var parts = new List<string>();
        var start = 0;
        var quoted = false;
        for (var i = 0; i < value.Length; i++)
        {
            if (quoted && value[i] == '\\')
            {
                i++;
            }
            else if (value[i] == '"')
            {
                quoted = !quoted;
            }
            else if (value[i] == ';' && !quoted)
            {
                parts.Add(value[start..i]);
                start = i + 1;
            }
        }

        parts.Add(value[start..]);
        return parts;
    }

    private static string Unquote(string text)
    {
        if (text is not ['"', .. var inner, '"'])
        {
            return text;
        }

        var plain = new System.Text.StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            plain.Append(inner[i] == '\\' && i + 1 < inner.Length ? inner[++i] : inner[i]);
        }

        return plain.ToString();
    }
}
