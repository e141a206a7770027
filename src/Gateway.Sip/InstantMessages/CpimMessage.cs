using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.InstantMessages;

/// <summary>
/// A message in its wrapper, message/cpim (RFC 3862). What the wrapper says of sender and recipient is a claim, never an
/// address (MAPPING M-16).
/// </summary>
/// <param name="Content">The wrapped content.</param>
public sealed record CpimMessage(SipBody Content)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "message/cpim";

    /// <summary>Namespace of the headers of notifications (RFC 5438 section 6).</summary>
    public const string ImdnNamespace = "urn:ietf:params:imdn";

    private const int MostHeaders = 64;

    /// <summary>From, as written: <c>Name &lt;uri&gt;</c>.</summary>
    public string? From { get; init; }

    /// <summary>To, as written; the first of several.</summary>
    public string? To { get; init; }

    /// <summary>When it was sent.</summary>
    public DateTimeOffset? Sent { get; init; }

    /// <summary>The first subject.</summary>
    public string? Subject { get; init; }

    /// <summary>Id for notifications (RFC 5438 section 6.3); null without one.</summary>
    public string? MessageId { get; init; }

    /// <summary>Notifications that the sender asks for, lower case (RFC 5438 section 6.2): positive-delivery, negative-delivery,
    /// processing, display.</summary>
    public ImmutableArray<string> Notifications { get; init; } = [];

    /// <summary>Headers that the recipient must understand (section 3.5) and we do not.</summary>
    public ImmutableArray<string> NotUnderstood { get; init; } = [];

    /// <summary>Reads the wrapper; false when it is none.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out CpimMessage? message)
    {
        message = null;
        if (!TrySplit(body, out var head, out var rest) || !TrySplit(rest, out var contentHead, out var content))
        {
            return false;
        }

        string? contentType = null;
        foreach (var line in Encoding.UTF8.GetString(contentHead.Span).Split('\n'))
        {
            if (line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase))
            {
                contentType ??= line["Content-Type:".Length..].Trim();
            }
        }

        message = contentType is { Length: > 0 } && TryReadHead(Encoding.UTF8.GetString(head.Span), out var read)
            ? read with { Content = new SipBody(contentType, content) }
            : null;
        return message is not null;
    }

    /// <summary>The wrapper as a body.</summary>
    public SipBody ToBody()
    {
        var text = new StringBuilder();
        Add("From", From);
        Add("To", To);
        Add("DateTime", Sent?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Add("Subject", Subject);
        if (MessageId is not null)
        {
            Add("NS", $"imdn <{ImdnNamespace}>");
            Add("imdn.Message-ID", MessageId);
            Add("imdn.Disposition-Notification", Notifications.IsEmpty ? null : string.Join(", ", Notifications));
        }

        text.Append("\r\nContent-Type: ").Append(Content.ContentType).Append("\r\n\r\n");
        return new SipBody("message/cpim", (byte[])[.. Encoding.UTF8.GetBytes(text.ToString()), .. Content.Content.Span]);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(name).Append(": ").Append(Escape(value)).Append("\r\n");
            }
        }
    }

    private static bool TryReadHead(string head, [NotNullWhen(true)] out CpimMessage? message)
    {
        message = null;
        var read = new CpimMessage(new SipBody("", default));
        Dictionary<string, string> namespaces = new(StringComparer.Ordinal);
        var lines = head.Split('\n');
        if (lines.Length > MostHeaders)
        {
            return false;
        }

        foreach (var line in lines.Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                return false;
            }

            var name = line[..colon];
            var value = line[(colon + 1)..];
            if (value.StartsWith(';') && value.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var space)
            {
                value = value[space..]; // parameters such as ;lang=fr
            }

            value = Unescape(value.Trim());
            if (name == "NS" && value.IndexOf('<', StringComparison.Ordinal) is >= 0 and var open)
            {
                namespaces[value[..open].Trim()] = value[(open + 1)..].TrimEnd('>');
                continue;
            }

            read = With(read, Expand(name, namespaces), value);
        }

        message = read;
        return true;
    }

    // Names match exactly (section 2.2); RFC 5438 leaves values of Disposition-Notification in any case.
    private static CpimMessage With(CpimMessage read, string name, string value) => name switch
    {
        "From" => read with { From = read.From ?? value },
        "To" => read with { To = read.To ?? value },
        "Subject" => read with { Subject = read.Subject ?? value },
        "DateTime" => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent)
            ? read with { Sent = sent }
            : read,
        "Require" => read with
        {
            NotUnderstood = [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(required => !required.StartsWith("imdn.", StringComparison.Ordinal))],
        },
        ImdnNamespace + " Message-ID" => read with { MessageId = value is { Length: > 0 and <= 256 } ? value : null },
        ImdnNamespace + " Disposition-Notification" => read with
        {
            Notifications = [.. value.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
        },
        _ => read,
    };

    // Phones leave the NS line out and write "imdn." all the same.
    private static string Expand(string name, Dictionary<string, string> namespaces) =>
        name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? $"{namespaces.GetValueOrDefault(name[..dot], name[..dot] == "imdn" ? ImdnNamespace : name[..dot])} {name[(dot + 1)..]}"
            : name;

    private static bool TrySplit(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> head, out ReadOnlyMemory<byte> rest)
    {
        var span = body.Span;
        if (span.StartsWith("\r\n"u8))
        {
            (head, rest) = (default, body[2..]);
            return true;
        }

        var end = span.IndexOf("\r\n\r\n"u8);
        var length = 4;
        if (end < 0 && (end = span.IndexOf("\n\n"u8)) >= 0)
        {
            length = 2; // bare line feeds, which some phones send
        }

        (head, rest) = end < 0 ? (default, default) : (body[..end], body[(end + length)..]);
        return end >= 0;
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                < ' ' or '\u007F' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.ToString();
    }

    private static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\')
            {
                text.Append(value[i]);
            }
            else if (++i < value.Length)
            {
                if (value[i] == 'u' && i + 4 < value.Length
                    && ushort.TryParse(value.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                {
                    text.Append((char)code);
                    i += 4;
                    continue;
                }

                text.Append(value[i] switch { 'b' => '\b', 't' => '\t', 'n' => '\n', 'r' => '\r', var other => other });
            }
        }

        return text.ToString();
    }
}
