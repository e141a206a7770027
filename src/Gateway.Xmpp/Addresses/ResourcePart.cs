using System.Diagnostics.CodeAnalysis;

namespace Gateway.Xmpp.Addresses;

/// <summary>Resourcepart: OpaqueString of PRECIS (RFC 7622 section 3.4, RFC 8265 section 4.2); case counts.</summary>
internal static class ResourcePart
{
    public static bool TryPrepare(string text, [NotNullWhen(true)] out string? prepared, [NotNullWhen(false)] out string? fault)
    {
        if (text.Length is > 0 and <= Jid.MaxPartOctets && text[0] != ' ' && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            prepared = text;
            fault = null;
            return true;
        }

        prepared = null;
        if (text.Length == 0)
        {
            fault = "the resource is empty";
            return false;
        }

        if (text.Length > Jid.MaxPartOctets)
        {
            fault = $"the resource is longer than {Jid.MaxPartOctets} octets";
            return false;
        }

        if (!Precis.TryOpaqueString(text, out var mapped) || mapped[0] == ' ')
        {
            // A leading space is refused by RFC 7622 section 3.5, table 2, number 18.
            fault = "the resource holds a control or unassigned character, or begins with a space (RFC 7622 section 3.4)";
            return false;
        }

        if (!Jid.FitsPart(mapped))
        {
            fault = $"the resource is longer than {Jid.MaxPartOctets} octets";
            return false;
        }

        prepared = mapped;
        fault = null;
        return true;
    }
}
