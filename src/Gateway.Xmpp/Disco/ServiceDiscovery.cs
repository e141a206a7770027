using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Disco;

/// <summary>
/// Service discovery (XEP-0030) and entity capabilities (XEP-0115). There are two answers only, one for the domain and one for
/// every user behind it, so that caps hashes stay few and cacheable (D-2); both come from what the router has registered.
/// </summary>
public sealed class ServiceDiscovery : IXmppExtension
{
    /// <summary>disco#info.</summary>
    public static readonly XNamespace InfoNamespace = "http://jabber.org/protocol/disco#info";

    /// <summary>disco#items.</summary>
    public static readonly XNamespace ItemsNamespace = "http://jabber.org/protocol/disco#items";

    /// <summary>Entity capabilities.</summary>
    public static readonly XNamespace CapsNamespace = "http://jabber.org/protocol/caps";

    private readonly StanzaRouter _router;
    private readonly Lazy<DiscoAnswer> _domain;
    private readonly Lazy<DiscoAnswer> _users;

    /// <summary>Registers itself with <paramref name="router"/>. What is registered later still counts, until the stream starts.</summary>
    public ServiceDiscovery(ServiceDiscoveryOptions options, StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(router);
        _router = router;
        CapsNode = options.CapsNode ?? $"https://{options.Domain}/";
        _domain = new(() => Answer(options.DomainIdentities, DiscoTargets.Domain));
        _users = new(() => Answer(options.UserIdentities, DiscoTargets.Users));
        Register(router);
    }

    /// <summary>Names the software in every caps element.</summary>
    public string CapsNode { get; }

    /// <summary>Caps hash of the users behind the gateway. Fixes the registrations: from here on the router takes no more.</summary>
    public string CapsVer => _users.Value.Ver;

    /// <summary>A caps element for presence from a user behind the gateway, or from its domain.</summary>
    public XElement CapsElement(DiscoTargets target = DiscoTargets.Users) => new(
        CapsNamespace + "c",
        new XAttribute("hash", "sha-1"),
        new XAttribute("node", CapsNode),
        new XAttribute("ver", (target == DiscoTargets.Domain ? _domain : _users).Value.Ver));

    /// <inheritdoc/>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router
            .OnIqGet(InfoNamespace, Info).Advertise(InfoNamespace, DiscoTargets.Both)
            .OnIqGet(ItemsNamespace, Items).Advertise(ItemsNamespace, DiscoTargets.Both)
            .Advertise(CapsNamespace, DiscoTargets.Both);
    }

    private StanzaResult Info(IqStanza request, XElement query)
    {
        // Without a node Dino, with node#ver everybody else: the same answer, the node given back (XEP-0115 section 6.2).
        var answer = AnswerOf(request.To);
        var node = query.Attribute("node")?.Value;
        if (node is not null && node != $"{CapsNode}#{answer.Ver}")
        {
            return StanzaResult.Error(StanzaErrorCondition.ItemNotFound);
        }

        var info = new XElement(answer.Info);
        info.SetAttributeValue("node", node);
        return StanzaResult.Reply(info);
    }

    private static StanzaResult Items(IqStanza request, XElement query) => query.Attribute("node") is not null
        ? StanzaResult.Error(StanzaErrorCondition.ItemNotFound)
        : StanzaResult.Reply(new XElement(ItemsNamespace + "query"));

    private DiscoAnswer AnswerOf(Jid asked) => (asked.Local is null ? _domain : _users).Value;

    private DiscoAnswer Answer(IEnumerable<DiscoIdentity> identities, DiscoTargets target)
    {
        _router.Freeze();
        var info = new XElement(InfoNamespace + "query");
        foreach (var identity in identities)
        {
            info.Add(new XElement(
                InfoNamespace + "identity",
                new XAttribute("category", identity.Category),
                new XAttribute("type", identity.Type),
                identity.Name is null ? null : new XAttribute("name", identity.Name),
                identity.Language is null ? null : new XAttribute(XNamespace.Xml + "lang", identity.Language)));
        }

        foreach (var feature in _router.FeaturesOf(target))
        {
            info.Add(new XElement(InfoNamespace + "feature", new XAttribute("var", feature)));
        }

        return new DiscoAnswer(info, CapsHash.Compute(info));
    }

    private sealed record DiscoAnswer(XElement Info, string Ver);
}
