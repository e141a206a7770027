using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gateway.Sip.Messages;

namespace Gateway.Mapping.Calls;

/// <summary>
/// Keys as text: in the body of INFO, for which no specification exists but what phones and exchanges do (<c>application/dtmf-relay</c>,
/// <c>application/dtmf</c>), and typed by people.
/// </summary>
internal static class DigitText
{
    private const string Keys = "0123456789*#ABCD";
    private const int MostTyped = 32;
    private const int MostOctets = 256;

    /// <summary>What is assumed when a body does not say how long, as exchanges do.</summary>
    private const int DefaultMilliseconds = 160;

    /// <summary>The body for a key.</summary>
    public static SipBody Body(char key, TimeSpan duration) => SipBody.OfText("application/dtmf-relay", string.Create(
        CultureInfo.InvariantCulture, $"Signal={key}\r\nDuration={(int)Math.Clamp(duration.TotalMilliseconds, 40, 8000)}\r\n"));

    /// <summary>Whether a body is a key.</summary>
    public static bool TryRead(SipBody body, out char key, out TimeSpan duration)
    {
        (key, duration) = ('\0', TimeSpan.FromMilliseconds(DefaultMilliseconds));
        if (body.Content.Length > MostOctets)
        {
            return false;
        }

        return body.MediaType switch
        {
            "application/dtmf" => TryKey(body.Text.Trim(), out key),
            "application/dtmf-relay" => TryReadRelay(body.Text, ref key, ref duration),
            _ => false,
        };
    }

    /// <summary>Whether a message is nothing but keys; letters are words, not keys.</summary>
    public static bool TryReadTyped(string text, [NotNullWhen(true)] out string? keys)
    {
        keys = text.Trim();
        return keys.Length is > 0 and <= MostTyped && keys.All(c => char.IsAsciiDigit(c) || c is '*' or '#');
    }

    private static bool TryReadRelay(string text, ref char key, ref TimeSpan duration)
    {
        var found = false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var equals = line.IndexOf('=');
            if (equals < 0)
            {
                continue;
            }

            var name = line[..equals].Trim();
            var value = line[(equals + 1)..].Trim();
            if (name.Equals("Signal", StringComparison.OrdinalIgnoreCase))
            {
                found = TryKey(value, out key);
            }
            else if (name.Equals("Duration", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            {
                duration = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 40, 8000));
            }
        }

        return found;
    }

    /// <summary>A key, or its event number (RFC 4733 section 3.2), which some phones write.</summary>
    private static bool TryKey(ReadOnlySpan<char> text, out char key)
    {
        key = '\0';
        if (text.Length == 1)
        {
            key = char.ToUpperInvariant(text[0]);
            return Keys.Contains(key, StringComparison.Ordinal);
        }

        if (text.Length == 2 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 10 and < 16)
        {
            key = Keys[number];
            return true;
        }

        return false;
    }
}
