using System.Collections.Frozen;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>Header names known by number: compact forms (RFC 3261 section 7.3.3) and the split at commas (section 7.3.1).</summary>
internal static class HeaderName
{
    /// <summary>The id of any name that is not in the table.</summary>
    internal const byte Unknown = 0;

    private static readonly (string Name, char Compact, bool IsList)[] Table =
    [
        ("", '\0', false),
        (SipHeaders.Via, 'v', true),
        (SipHeaders.From, 'f', false),
        (SipHeaders.To, 't', false),
        (SipHeaders.CallId, 'i', false),
        (SipHeaders.CSeq, '\0', false),
        (SipHeaders.MaxForwards, '\0', false),
        (SipHeaders.Contact, 'm', true),
        (SipHeaders.ContentLength, 'l', false),
        (SipHeaders.ContentType, 'c', false),
        (SipHeaders.ContentEncoding, 'e', true),
        (SipHeaders.ContentDisposition, '\0', false),
        (SipHeaders.ContentLanguage, '\0', true),
        (SipHeaders.Route, '\0', true),
        (SipHeaders.RecordRoute, '\0', true),
        (SipHeaders.Require, '\0', true),
        (SipHeaders.ProxyRequire, '\0', true),
        (SipHeaders.Supported, 'k', true),
        (SipHeaders.Unsupported, '\0', true),
        (SipHeaders.Allow, '\0', true),
        (SipHeaders.AllowEvents, 'u', true),
        (SipHeaders.Accept, '\0', true),
        (SipHeaders.AcceptEncoding, '\0', true),
        (SipHeaders.AcceptLanguage, '\0', true),
        (SipHeaders.Expires, '\0', false),
        (SipHeaders.Event, 'o', false),
        (SipHeaders.ReferTo, 'r', false),
        (SipHeaders.ReferredBy, 'b', false),
        (SipHeaders.Reason, '\0', true),
        (SipHeaders.SessionExpires, 'x', false),
        (SipHeaders.Subject, 's', false),
        (SipHeaders.Warning, '\0', true),
        (SipHeaders.PAssertedIdentity, '\0', true),
        (SipHeaders.PPreferredIdentity, '\0', true),
        (SipHeaders.Path, '\0', true),
        (SipHeaders.ServiceRoute, '\0', true),
        (SipHeaders.InReplyTo, '\0', true),
        (SipHeaders.AlertInfo, '\0', true),
        (SipHeaders.CallInfo, '\0', true),
        (SipHeaders.ErrorInfo, '\0', true),
        (SipHeaders.HistoryInfo, '\0', true),
        (SipHeaders.Diversion, '\0', true),
        (SipHeaders.Identity, 'y', false),
        (SipHeaders.RequestDisposition, 'd', true),
        (SipHeaders.AcceptContact, 'a', true),
        (SipHeaders.RejectContact, 'j', true),
        (SipHeaders.RecvInfo, '\0', true),
    ];

    internal const byte Via = 1;
    internal const byte From = 2;
    internal const byte To = 3;
    internal const byte CallId = 4;
    internal const byte CSeq = 5;
    internal const byte MaxForwards = 6;
    internal const byte Contact = 7;
    internal const byte ContentLength = 8;
    internal const byte ContentType = 9;
    internal const byte ContentDisposition = 11;
    internal const byte Expires = 24;

    private static readonly FrozenDictionary<string, byte> Ids = BuildIds();

    private static readonly byte[] CompactIds = BuildCompactIds();

    private static readonly byte[] Slots = BuildSlots();

    private static readonly byte[][] Utf8Names = [.. Table.Select(row => Encoding.ASCII.GetBytes(row.Name))];

    /// <summary>The id of a name, long or compact, in any case.</summary>
    internal static byte Of(ReadOnlySpan<byte> name)
    {
        if (name.Length == 1)
        {
            return (name[0] | 0x20) is >= 'a' and <= 'z' and var letter ? CompactIds[letter - 'a'] : Unknown;
        }

        for (var slot = Slot(name); Slots[slot] != Unknown; slot = (slot + 1) % Slots.Length)
        {
            if (Ascii.EqualsIgnoreCase(name, Utf8Names[Slots[slot]]))
            {
                return Slots[slot];
            }
        }

        return Unknown;
    }

    /// <summary>The id of a name, long or compact, in any case.</summary>
    internal static byte Of(string name) => Ids.GetValueOrDefault(name);

    /// <summary>The full spelling of a known name.</summary>
    internal static string Spelling(byte id) => Table[id].Name;

    /// <summary>Whether a field may hold several values separated by commas. Unknown headers are never split.</summary>
    internal static bool IsList(byte id) => Table[id].IsList;

    private static FrozenDictionary<string, byte> BuildIds()
    {
        var ids = new Dictionary<string, byte>(StringComparer.OrdinalIgnoreCase);
        for (byte id = 1; id < Table.Length; id++)
        {
            ids[Table[id].Name] = id;
            if (Table[id].Compact != '\0')
            {
                ids[Table[id].Compact.ToString()] = id;
            }
        }

        return ids.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static byte[] BuildCompactIds()
    {
        var ids = new byte[26];
        for (byte id = 1; id < Table.Length; id++)
        {
            if (Table[id].Compact != '\0')
            {
                ids[Table[id].Compact - 'a'] = id;
            }
        }

        return ids;
    }

    /// <summary>Open addressing, filled to a tenth: one comparison finds nearly every name.</summary>
    private static byte[] BuildSlots()
    {
        var slots = new byte[512];
        for (byte id = 1; id < Table.Length; id++)
        {
            var slot = Slot(Encoding.ASCII.GetBytes(Table[id].Name));
            while (slots[slot] != Unknown)
            {
                slot = (slot + 1) % slots.Length;
            }

            slots[slot] = id;
        }

        return slots;
    }

    /// <summary>Of the length and the letters at both ends, in lower case.</summary>
    private static int Slot(ReadOnlySpan<byte> name) => name.IsEmpty
        ? 0
        : ((name.Length * 37) + ((name[0] | 0x20) * 11) + ((name[^1] | 0x20) * 3) + (name[name.Length / 2] | 0x20)) % 512;
}
