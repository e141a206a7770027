using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Component;

/// <summary>Reads the server's stream error (RFC 6120 section 4.9.2).</summary>
internal static class StreamError
{
    private const int MaxTextLength = 256;

    public static bool TryRead(XElement element, [NotNullWhen(true)] out string? condition, out string? text)
    {
        (condition, text) = (null, null);
        if (element.Name != StreamNamespaces.Streams + "error")
        {
            return false;
        }

        condition = element.Elements().FirstOrDefault(child => child.Name.Namespace == StreamNamespaces.StreamErrors
            && child.Name.LocalName != "text")?.Name.LocalName ?? "undefined-condition";
        text = element.Element(StreamNamespaces.StreamErrors + "text")?.Value;
        text = text?.Length > MaxTextLength ? text[..MaxTextLength] : text;
        return true;
    }
}
