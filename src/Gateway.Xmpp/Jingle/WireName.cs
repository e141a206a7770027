using System.Text;

namespace Gateway.Xmpp.Jingle;

/// <summary>Turns a member's name (SessionInitiate) into the specifications' spelling (session-initiate).</summary>
internal static class WireName
{
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum
    {
        var name = value.ToString();
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
}
