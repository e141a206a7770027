using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Gateway.Xmpp.Disco;

/// <summary>The verification string of XEP-0115 section 5.1, from a disco#info query element.</summary>
public static class CapsHash
{
    /// <summary>Namespace of data forms (XEP-0004), which extend the answer (XEP-0128).</summary>
    private static readonly XNamespace Forms = "jabber:x:data";

    /// <summary>Base64 of the SHA-1 hash. SHA-1 is what the protocol demands (section 5.1 step 8), and protects nothing.</summary>
    public static string Compute(XElement discoInfo)
    {
        ArgumentNullException.ThrowIfNull(discoInfo);
        var input = new StringBuilder();
        AppendSorted(input, discoInfo.Elements(ServiceDiscovery.InfoNamespace + "identity").Select(IdentityText));
        AppendSorted(input, discoInfo.Elements(ServiceDiscovery.InfoNamespace + "feature").Select(f => f.Attribute("var")?.Value ?? ""));
        foreach (var (_, text) in discoInfo.Elements(Forms + "x").Select(Form).OfType<(string, string)>()
            .OrderBy(form => form.Item1, StringComparer.Ordinal))
        {
            input.Append(text);
        }

#pragma warning disable CA5350 // see above
        return Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(input.ToString())));
#pragma warning restore CA5350
    }

    private static string IdentityText(XElement identity) => string.Join(
        '/',
        identity.Attribute("category")?.Value,
        identity.Attribute("type")?.Value,
        identity.Attribute(XNamespace.Xml + "lang")?.Value,
        identity.Attribute("name")?.Value);

    /// <summary>FORM_TYPE and text of one form; null for a form without a hidden FORM_TYPE, which is left out (section 5.4).</summary>
    private static (string FormType, string Text)? Form(XElement form)
    {
        var fields = form.Elements(Forms + "field").ToArray();
        var type = Array.Find(fields, f => f.Attribute("var")?.Value == "FORM_TYPE" && f.Attribute("type")?.Value == "hidden");
        if (type?.Element(Forms + "value")?.Value is not { } formType)
        {
            return null;
        }

        var text = new StringBuilder(formType).Append('<');
        foreach (var field in fields.Where(f => f != type).OrderBy(f => f.Attribute("var")?.Value, StringComparer.Ordinal))
        {
            text.Append(field.Attribute("var")?.Value).Append('<');
            AppendSorted(text, field.Elements(Forms + "value").Select(value => value.Value));
        }

        return (formType, text.ToString());
    }

    /// <summary>Sorts as octets ("i;octet", RFC 4790 section 9.3), which for these strings is ordinal order of code points.</summary>
    private static void AppendSorted(StringBuilder target, IEnumerable<string> items)
    {
        foreach (var item in items.Select(Encoding.UTF8.GetBytes).Order(OctetOrder.Instance))
        {
            target.Append(Encoding.UTF8.GetString(item)).Append('<');
        }
    }

    private sealed class OctetOrder : IComparer<byte[]>
    {
        public static readonly OctetOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
