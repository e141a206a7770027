using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Calls;

/// <summary>
/// Writes a call's stanzas: from the one full JID of the contact, to the device that is concerned, in the dialect of the call
/// (clients.md 4.1 and 4.2: clients ignore anything else).
/// </summary>
internal sealed class CallStanzas(CallContext context, CallActor call)
{
    private static readonly XNamespace Receipts = "urn:xmpp:receipts";
    private static readonly XNamespace Nick = "http://jabber.org/protocol/nick";

    /// <summary>Less than clients wait for media after they answered, more than a slow mobile link needs.</summary>
    private static readonly TimeSpan IqPatience = TimeSpan.FromSeconds(20);

    private string From => call.Parties.Contact.ToString();

    private Call Now => call.Snapshot;

    /// <summary>All her devices, or the one that the phone asked for .</summary>
    private string Asked => (call.Parties.Asked ?? call.Parties.User).ToString();

    // ---- Jingle Message Initiation.

    /// <summary>Directed presence, which tells our capabilities, went out when the call was entered (J-7).</summary>
    public void Propose()
    {
        var stanza = JingleMessageStanzas.BuildProposeWithReceipt(
            From, Asked, new JingleMessage.Propose(Now.Sid, call.Parties.Media), ProposedDialects());
        if (call.Parties.CallerName is { } name)
        {
            stanza.Add(new XElement(Nick + "nick", name));
        }

        if (call.Parties.Asked is not null)
        {
            stanza.Add(MessageContext.Private(), MessageHints.NoCopy()); // or her other devices would ring by their carbons
        }

        context.Link.TrySend(stanza);
    }

    /// <summary>:1 has no ringing (versions 0.4 and 0.5), but the receipt of the propose means the same to Conversations.</summary>
    public void Ringing()
    {
        if (Now.Namespace == JingleMessageNamespace.V0)
        {
            Send(Now.Device, new JingleMessage.Ringing(Now.Sid), Now.Namespace);
        }

        if (call.Parties.ReceiptFor is { } id)
        {
            context.Link.TrySend(new XElement("message", new XAttribute("from", From), new XAttribute("to", Now.Device.ToString()),
                new XAttribute("type", "chat"), new XElement(Receipts + "received", new XAttribute("id", id))));
        }
    }

    /// <summary>proceed to the proposing device; accept to the bare JID in :1 (J-2).</summary>
    public void Proceed()
    {
        if (Now.Namespace == JingleMessageNamespace.V0)
        {
            Send(Now.Device, new JingleMessage.Proceed(Now.Sid), Now.Namespace);
        }
        else
        {
            Send(Now.Device.Bare, new JingleMessage.Accept(Now.Sid), Now.Namespace);
        }
    }

    public void Reject(JingleReasonInfo reason) =>
        Send(Now.Device, new JingleMessage.Reject(Now.Sid, reason), Now.Namespace);

    /// <summary>A propose that this call cannot take over.</summary>
    public void RejectOther(string id, Jid device, JingleMessageNamespace dialect) =>
        Send(device, new JingleMessage.Reject(id, new JingleReasonInfo(JingleReason.Busy)), dialect);

    public void TieBreakReject(string id, Jid device, JingleMessageNamespace dialect) =>
        Send(device, new JingleMessage.Reject(id, new JingleReasonInfo(JingleReason.Expired, "Tie-Break"), TieBreak: true), dialect);

    public void Retract(JingleReasonInfo reason)
    {
        var retract = new JingleMessage.Retract(Now.Sid, reason);
        if (Now.Device.IsFull)
        {
            Send(Now.Device, retract, Now.Namespace);
        }
        else
        {
            context.Link.TrySend(JingleMessageStanzas.Build(From, Asked, retract, ProposedDialects()));
        }
    }

    public void TieBreakRetract(string id) => context.Link.TrySend(JingleMessageStanzas.Build(
        From, Asked, new JingleMessage.Retract(id, new JingleReasonInfo(JingleReason.Expired, "Tie-Break"), TieBreak: true), ProposedDialects()));

    public void RetractTo(Jid device) =>
        Send(device, new JingleMessage.Retract(Now.Sid, new JingleReasonInfo(JingleReason.Expired)), Now.Namespace);

    public void Finish(JingleReasonInfo reason) => Send(Now.Device, new JingleMessage.Finish(Now.Sid, reason), Now.Namespace);

    public void MigratedFinish(string oldId, Jid oldDevice, JingleMessageNamespace dialect, string newId) => Send(
        oldDevice, new JingleMessage.Finish(oldId, new JingleReasonInfo(JingleReason.Expired, "Session migrated"), newId), dialect);

    // ---- Jingle.

    public void SessionInitiate(JingleElement offer) =>
        Request(Now.Device, offer with { Action = JingleAction.SessionInitiate, Sid = Now.Sid, Initiator = From }, isVital: true);

    public void SessionAccept(JingleElement answer) =>
        Request(Now.Device, answer with { Action = JingleAction.SessionAccept, Sid = Now.Sid, Responder = From }, isVital: true);

    public void SessionTerminate(string sid, Jid device, JingleReasonInfo reason) =>
        Request(device, new JingleElement(JingleAction.SessionTerminate, sid) { Reason = reason }, isVital: false);

    public void SessionInfo(CallInfo info) => Request(
        Now.Device,
        new JingleElement(JingleAction.SessionInfo, Now.Sid)
        {
            Info = info switch
            {
                CallInfo.Ringing => new JingleSessionInfo.Ringing(),
                CallInfo.Hold => new JingleSessionInfo.Hold(),
                CallInfo.Unhold => new JingleSessionInfo.Unhold(),
                _ => new JingleSessionInfo.Ping(),
            },
        },
        isVital: info == CallInfo.Ping);

    /// <summary>XEP-0181; a client that does not know it says so, which changes nothing.</summary>
    public void Digit(char key, TimeSpan duration) => Request(
        Now.Device,
        new JingleElement(JingleAction.SessionInfo, Now.Sid)
        {
            Info = new JingleSessionInfo.Dtmf(key, (int)Math.Clamp(duration.TotalMilliseconds, 40, 60_000)),
        },
        isVital: false);

    public void TransportInfo(JingleElement transports) =>
        Request(Now.Device, transports with { Action = JingleAction.TransportInfo, Sid = Now.Sid }, isVital: false);

    // ---- Ways out.

    private void Send(Jid to, JingleMessage message, JingleMessageNamespace dialect)
    {
        // In :1 answers go to the bare JID (versions 0.4 and 0.5); in :0 clients want their own full JID.
        var address = dialect == JingleMessageNamespace.V1 ? to.Bare : to;
        context.Link.TrySend(JingleMessageStanzas.Build(From, address.ToString(), message, dialect));
    }

    /// <summary>
    /// An IQ of the call. One that is vital ends the call when it is refused, or answered by nobody while the link is up. A link
    /// that fell in between says nothing about the client: the request goes out again, with a new id, once it is back (K-2).
    /// </summary>
    private void Request(Jid to, JingleElement jingle, bool isVital)
    {
        var iq = new XElement("iq", new XAttribute("type", "set"), new XAttribute("from", From), new XAttribute("to", to.ToString()),
            JingleWriter.Write(jingle));
        context.Link.SendIq(iq, IqPatience, reply =>
        {
            if (reply.Outcome == IqOutcome.Timeout && !context.Link.IsUp)
            {
                context.Directory.WhenLinkReturns(() =>
                {
                    if (!Now.IsEnded || jingle.Action == JingleAction.SessionTerminate)
                    {
                        Request(to, jingle, isVital);
                    }
                });
            }
            else if (isVital && reply.Outcome != IqOutcome.Result && !IsUnsupportedInfo(reply.Error) && Now.Sid == jingle.Sid)
            {
                call.Post(new CallInput(new CallEvent.JingleFailed(reply.Error)));
            }
        });
    }

    // A client that does not know the empty session-info still lives: it answered.
    private static bool IsUnsupportedInfo(StanzaError? error) => error is { Condition: StanzaErrorCondition.FeatureNotImplemented };

    /// <summary>The namespaces of our propose: every later retract goes out in the same ones (J-3).</summary>
    private JingleMessageNamespace[] ProposedDialects() =>
        context.Options.ProposeBothNamespaces || context.Directory.HasUsedV1(call.Parties.User)
            ? [JingleMessageNamespace.V0, JingleMessageNamespace.V1]
            : [JingleMessageNamespace.V0];
}
