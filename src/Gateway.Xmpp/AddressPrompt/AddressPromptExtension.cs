using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.AddressPrompt;

/// <summary>Knows which address of ours stands for one that a person typed.</summary>
public interface IAddressPromptSink
{
    /// <summary>A sentence that asks for an address of the other network.</summary>
    string Description { get; }

    /// <summary>The name of such an address.</summary>
    string Prompt { get; }

    /// <summary>The JID for what was typed, null when it is no address.</summary>
    Jid? Find(Jid asker, string typed);
}

/// <summary>jabber:iq:gateway (XEP-0100 section 6.3, K-9): turns typed addresses into JIDs. Asked of the domain only.</summary>
public sealed class AddressPromptExtension(IAddressPromptSink sink) : IXmppExtension
{
    /// <summary>Gateway interaction.</summary>
    public static readonly XNamespace Namespace = "jabber:iq:gateway";

    private const int MaxTypedLength = Jid.MaxPartOctets;

    /// <inheritdoc/>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router.OnIqGet(Namespace + "query", Ask).OnIqSet(Namespace + "query", Answer).Advertise(Namespace, DiscoTargets.Domain);
    }

    private StanzaResult Ask(IqStanza request, XElement query) => !request.To.IsDomain
        ? StanzaResult.Pass
        : StanzaResult.Reply(new XElement(
            Namespace + "query", new XElement(Namespace + "desc", sink.Description), new XElement(Namespace + "prompt", sink.Prompt)));

    private StanzaResult Answer(IqStanza request, XElement query)
    {
        if (!request.To.IsDomain)
        {
            return StanzaResult.Pass;
        }

        var typed = query.Element(Namespace + "prompt")?.Value.Trim();
        return string.IsNullOrEmpty(typed) || typed.Length > MaxTypedLength
                ? StanzaResult.Error(StanzaErrorCondition.BadRequest, "no address to look up")
            : sink.Find(request.From, typed) is not { } jid ? StanzaResult.Error(StanzaErrorCondition.ItemNotFound)
            : StanzaResult.Reply(new XElement(Namespace + "query", new XElement(Namespace + "jid", jid.ToString())));
    }
}
