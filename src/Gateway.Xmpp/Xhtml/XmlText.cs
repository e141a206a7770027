using System.Text;

namespace Gateway.Xmpp.Xhtml;

/// <summary>Text that may stand in XML 1.0 (MAPPING M-20): one illegal character would end the component's stream.</summary>
public static class XmlText
{
    /// <summary>The text with U+FFFD in place of what XML does not allow.</summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bad = IndexOfIllegal(text, 0);
        if (bad < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        var start = 0;
        while (bad >= 0)
        {
            clean.Append(text, start, bad - start).Append('\uFFFD');
            start = bad + 1;
            bad = IndexOfIllegal(text, start);
        }

        return clean.Append(text, start, text.Length - start).ToString();
    }

    private static int IndexOfIllegal(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if ((c < ' ' && c is not ('\t' or '\n' or '\r')) || c >= '\uFFFE' || char.IsSurrogate(c))
            {
                return i;
            }
        }

        return -1;
    }
}
