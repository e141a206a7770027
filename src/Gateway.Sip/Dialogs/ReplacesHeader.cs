using System.Diagnostics.CodeAnalysis;

namespace Gateway.Sip.Dialogs;

/// <summary>The Replaces header field: RFC 3891 section 6.1.</summary>
/// <param name="CallId">Call-ID of the dialog to replace.</param>
/// <param name="ToTag">Our tag in it, when we receive the header (section 3).</param>
/// <param name="FromTag">The peer's tag in it.</param>
/// <param name="EarlyOnly">Only while the dialog is early.</param>
internal sealed record ReplacesHeader(string CallId, string ToTag, string FromTag, bool EarlyOnly)
{
    /// <summary>False unless Call-ID and both tags are there.</summary>
    public static bool TryParse(string value, [NotNullWhen(true)] out ReplacesHeader? replaces)
    {
        var parts = value.Split(';', StringSplitOptions.TrimEntries);
        string? to = null;
        string? from = null;
        var early = false;
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? part : part[..equals]).TrimEnd().ToLowerInvariant();
            var text = equals < 0 ? "" : part[(equals + 1)..].TrimStart();
            switch (name)
            {
                case "to-tag":
                    to = text;
                    break;
                case "from-tag":
                    from = text;
                    break;
                case "early-only":
                    early = true;
                    break;
            }
        }

        replaces = parts[0].Length > 0 && to is { Length: > 0 } && from is { Length: > 0 }
            ? new ReplacesHeader(parts[0], to, from, early)
            : null;
        return replaces is not null;
    }

    /// <summary>The dialog meant, seen from here.</summary>
    public DialogId Dialog => new(CallId, ToTag, FromTag);
}
