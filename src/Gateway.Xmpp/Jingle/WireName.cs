using System.Text;

namespace Gateway.Xmpp.Jingle;

/// <summary>Turns a member's name (SessionInitiate) into the specifications' spelling (session-initiate).</summary>
internal static class WireName
{
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => Spelling<TEnum>.Of.TryGetValue(value, out var wire) ? wire : Spell(value.ToString());

    private static string Spell(string name)
    {
        var wire = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && wire.Length > 0)
            {
                wire.Append('-');
            }

            wire.Append(char.ToLowerInvariant(letter));
        }

        return wire.ToString();
    }

    /// <summary>Spelt once: the runtime forgets the names of an enum at each collection, and reads them anew from the metadata.</summary>
    private static class Spelling<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly Dictionary<TEnum, string> Of =
            Enum.GetValues<TEnum>().Distinct().ToDictionary(value => value, value => Spell(value.ToString()));
    }
}
