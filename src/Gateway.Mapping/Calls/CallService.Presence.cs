using System.Collections.Immutable;
using System.Xml.Linq;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Calls;

/// <summary>Devices of a called user that show themselves when she is asked for temporary presence (T-13).</summary>
public sealed partial class CallService
{
    private void OnPresence(PresenceStanza presence)
    {
        if (!_parts.Options.Presence.AskXmppUsers || presence.Kind != PresenceKind.Available || !presence.From.IsFull)
        {
            return;
        }

        var key = _parts.Addresses.TryCanonical(presence.To, out var canonical, out _) ? canonical : presence.To.Bare;
        foreach (var call in _directory.Between(presence.From, key.ToString()).Where(call => call.Snapshot.State == CallState.Asking))
        {
            AskFeatures(call, presence);
        }
    }

    /// <summary>What the device can do; of its capabilities only the answer counts, not the hash.</summary>
    private void AskFeatures(CallActor call, PresenceStanza presence) => _parts.Link.SendIq(
        new XElement("iq", new XAttribute("type", "get"), new XAttribute("from", call.Parties.Contact.ToString()), new XAttribute("to", presence.From.ToString()),
            new XElement(ServiceDiscovery.InfoNamespace + "query")),
        _parts.Options.Timers.PresenceAnswer,
        reply =>
        {
            if (reply is { Outcome: IqOutcome.Result, Payload: { } info })
            {
                var features = info.Elements(ServiceDiscovery.InfoNamespace + "feature").Select(feature => feature.Attribute("var")?.Value).ToImmutableHashSet();
                if (features.Contains(JingleNamespaces.Core.NamespaceName) && features.Contains(JingleNamespaces.Rtp.NamespaceName))
                {
                    call.TryPost(new CallInput(new CallEvent.DeviceShown(
                        presence.From,
                        features.Contains(JingleMessageNamespaces.V0.NamespaceName) || features.Contains(JingleMessageNamespaces.V1.NamespaceName))));
                }
            }
        });
}
