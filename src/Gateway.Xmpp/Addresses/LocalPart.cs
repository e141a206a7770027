using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Xmpp.Addresses;

/// <summary>Localpart: UsernameCaseMapped of PRECIS (RFC 8265 section 3.3), less the characters of RFC 7622 section 3.3.1.</summary>
internal static class LocalPart
{
    /// <summary>ASCII that is already prepared: what an IdentifierClass allows, without upper case and the excluded eight.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789!#$%()*+,-.;=?[\\]^_`{|}~");

    private static readonly SearchValues<char> Excluded = SearchValues.Create("\"&'/:<>@");

    public static bool TryPrepare(string text, [NotNullWhen(true)] out string? prepared, [NotNullWhen(false)] out string? fault)
    {
        if (text.Length is > 0 and <= Jid.MaxPartOctets && !text.AsSpan().ContainsAnyExcept(Plain))
        {
            prepared = text;
            fault = null;
            return true;
        }

        prepared = null;
        if (text.Length == 0)
        {
            fault = "the localpart is empty";
            return false;
        }

        if (text.Length > Jid.MaxPartOctets)
        {
            fault = $"the localpart is longer than {Jid.MaxPartOctets} octets";
            return false;
        }

        if (!Precis.TryUsernameCaseMapped(text, out var mapped))
        {
            fault = "the localpart holds a character that a username may not (RFC 8265 section 3.3)";
            return false;
        }

        if (mapped.AsSpan().ContainsAny(Excluded))
        {
            fault = "the localpart holds one of \" & ' / : < > @ unescaped (RFC 7622 section 3.3.1)";
            return false;
        }

        if (!Jid.FitsPart(mapped))
        {
            fault = $"the localpart is longer than {Jid.MaxPartOctets} octets";
            return false;
        }

        prepared = mapped;
        fault = null;
        return true;
    }
}
