using System.Diagnostics.CodeAnalysis;

namespace Gateway.Xmpp.Addresses;

/// <summary>Resourcepart: OpaqueString of PRECIS (RFC 7622 section 3.4, RFC 8265 section 4.2); case counts.</summary>
internal static class ResourcePart
{
    public static bool TryPrepare(string text, [NotNullWhen(true)] out string? prepared, [NotNullWhen(false)] out string? fault)
    {
        if (text.Length is > 0 and <= Jid.MaxPartOctets && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
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

        if (!Precis.TryOpaqueString(text, out var mapped))
        {
            fault = "the resource holds a control or unassigned character (RFC 8265 section 4.2)";
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
