using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;

namespace Gateway.Xmpp.StreamXml;

/// <summary>Which prefix means which namespace where one is reading (Namespaces in XML 1.0 sections 2.2, 3 and 6).</summary>
internal sealed class NamespaceScopes
{
    private readonly Dictionary<string, XNamespace> _meanings = new(StringComparer.Ordinal) { ["xml"] = XNamespace.Xml };

    /// <summary>What each declaration has hidden, oldest first; null where the prefix meant nothing.</summary>
    private readonly List<(string Prefix, XNamespace? Hidden)> _declared = [];

    /// <summary>The namespace of elements without prefix.</summary>
    public XNamespace Default { get; private set; } = XNamespace.None;

    /// <summary>How many declarations there are here: for <see cref="Leave"/>.</summary>
    public int Depth => _declared.Count;

    /// <summary>Declares a prefix, or the default namespace (no prefix); false when that is not allowed.</summary>
    /// <param name="depth"><see cref="Depth"/> before the tag that declares: none may declare a prefix twice.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="uri">What it means.</param>
    public bool TryDeclare(int depth, string prefix, string uri)
    {
        if (!IsAllowed(prefix, uri))
        {
            return false;
        }

        for (var i = depth; i < _declared.Count; i++)
        {
            if (_declared[i].Prefix == prefix)
            {
                return false;
            }
        }

        if (prefix.Length == 0)
        {
            _declared.Add((prefix, Default));
            Default = XNamespace.Get(uri);
            return true;
        }

        _declared.Add((prefix, _meanings.GetValueOrDefault(prefix)));
        _meanings[prefix] = XNamespace.Get(uri);
        return true;
    }

    /// <summary>What a prefix means; false when nothing.</summary>
    public bool TryFind(string prefix, [NotNullWhen(true)] out XNamespace? ns) => _meanings.TryGetValue(prefix, out ns);

    /// <summary>Forgets the declarations that came since.</summary>
    public void Leave(int depth)
    {
        while (_declared.Count > depth)
        {
            var (prefix, hidden) = _declared[^1];
            _declared.RemoveAt(_declared.Count - 1);
            if (prefix.Length == 0)
            {
                Default = hidden!;
            }
            else if (hidden is null)
            {
                _meanings.Remove(prefix);
            }
            else
            {
                _meanings[prefix] = hidden;
            }
        }
    }

    private static bool IsAllowed(string prefix, string uri) => prefix switch
    {
        "xml" => uri == XNamespace.Xml.NamespaceName,
        "xmlns" => false,
        _ => uri != XNamespace.Xml.NamespaceName && uri != XNamespace.Xmlns.NamespaceName && (uri.Length > 0 || prefix.Length == 0),
    };
}
