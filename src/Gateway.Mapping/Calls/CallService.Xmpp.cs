using System.Collections.Immutable;
using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Calls;

/// <summary>Jingle Message Initiation and Jingle that come from XMPP users.</summary>
public sealed partial class CallService
{
    private static readonly XNamespace Receipts = "urn:xmpp:receipts";
    private static readonly XNamespace Nick = "http://jabber.org/protocol/nick";
    private static readonly XNamespace Delay = "urn:xmpp:delay";

    /// <summary>Takes the namespaces of calls, and with them advertises what calls can do (MAPPING section 14).</summary>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router
            .OnMessage(JingleMessageNamespaces.V0, OnJingleMessage).Advertise(JingleMessageNamespaces.V0)
            .OnMessage(JingleMessageNamespaces.V1, OnJingleMessage).Advertise(JingleMessageNamespaces.V1)
            .OnMessage(Receipts, OnReceipt)
            .OnMessageError(OnMessageError)
            .OnPresence(OnPresence)
            .OnIqSet(JingleNamespaces.Core, OnJingle).Advertise(JingleNamespaces.Core)
            .Advertise(JingleNamespaces.Rtp)
            .Advertise("urn:xmpp:jingle:apps:rtp:audio")
            .Advertise(JingleNamespaces.IceUdp)
            .Advertise(JingleNamespaces.Dtls)
            .Advertise(JingleNamespaces.Grouping)
            .Advertise(JingleNamespaces.Dtmf); // XEP-0181 section 4
    }

    private StanzaResult OnJingleMessage(MessageStanza message, XElement payload)
    {
        if (message.To.Local is null)
        {
            return StanzaResult.Error(StanzaErrorCondition.ServiceUnavailable, "calls go to an address at this gateway");
        }

        if (!JingleMessageReader.TryRead(payload, out var read, out var fault))
        {
            return StanzaResult.Error(StanzaErrorCondition.BadRequest, fault);
        }

        var dialect = payload.Name.Namespace == JingleMessageNamespaces.V1 ? JingleMessageNamespace.V1 : JingleMessageNamespace.V0;
        if (dialect == JingleMessageNamespace.V1)
        {
            _directory.SawV1(message.From);
        }

        if (read is JingleMessage.Propose propose)
        {
            OnPropose(message, propose, dialect);
        }
        else if (_directory.TryFind(message.From, read.Id, out var call) && EventOf(message.From, read, dialect) is { } e)
        {
            call.TryPost(new CallInput(e)); // ids are matched by bare JID, never by what was addressed (J-4)
        }

        return StanzaResult.Done; // what belongs to no call is late or meant for the user's other devices
    }

    private static CallEvent? EventOf(Jid from, JingleMessage message, JingleMessageNamespace dialect) => message switch
    {
        JingleMessage.Ringing => new CallEvent.DeviceRinging(),
        JingleMessage.Proceed => new CallEvent.DeviceProceeded(from, dialect),
        // In :0 accept is a note to the sender's own devices (0.3.1 section 3.4), and proceed follows.
        JingleMessage.Accept when dialect == JingleMessageNamespace.V1 => new CallEvent.DeviceProceeded(from, dialect),
        JingleMessage.Reject { TieBreak: true } => new CallEvent.RejectedForTieBreak(),
        JingleMessage.Reject r => new CallEvent.Rejected(r.Reason),
        JingleMessage.Retract { TieBreak: true } => new CallEvent.RetractedForTieBreak(),
        JingleMessage.Retract r => new CallEvent.Retracted(r.Reason),
        JingleMessage.Finish f => new CallEvent.Finished(f.Reason, f.MigratedTo),
        _ => null,
    };

    private void OnPropose(MessageStanza message, JingleMessage.Propose propose, JingleMessageNamespace dialect)
    {
        // The same message may come several times: to several of our addresses, as a carbon, from an archive.
        if (_directory.TryFind(message.From, propose.Id, out _) || _directory.IsOver(message.From, propose.Id) || IsStale(message))
        {
            return;
        }

        if (!TryOpen(message.From, message.To, propose.Media, propose.HasOtherDescriptions, out var admitted, out var refusal))
        {
            _metrics.Refused(CallDirection.ToSip);
            _log.RefusedFromXmpp(message.From.ToString(), message.To.ToString(), refusal.Status, refusal.Detail);
            var reason = _parts.Options.ExposeReason ? refusal.Reason : refusal.Reason with { Text = null };
            _parts.Link.TrySend(JingleMessageStanzas.Build(
                GatewayResource.Of(message.To).ToString(),
                (dialect == JingleMessageNamespace.V1 ? message.From.Bare : message.From).ToString(),
                new JingleMessage.Reject(propose.Id, reason), dialect));
            return;
        }

        if (TryJoinRunningCall(message.From, propose.Id, dialect, admitted.SipUser.ToString()))
        {
            admitted.Permit.Dispose();
            return;
        }

        var wantsReceipt = message.Payload(Receipts + "request") is not null;
        var parties = PartiesOf(message.From, message.To, admitted, propose.Id, propose.Media, message.Element) with
        {
            ReceiptFor = wantsReceipt ? message.Id : null,
        };
        var policy = PolicyOf(admitted);
        var call = new CallActor(_context, parties, new Call(CallState.Idle, propose.Id, message.From, dialect)
        {
            EarlyMediaTakesCall = policy != AnswerPolicy.Late,
        });
        Enter(call, new CallEvent.Proposed(InviteFirst: policy != AnswerPolicy.Early), admitted);
    }

    /// <summary>A propose to somebody she talks with moves the call (J-50); one to somebody who is calling her joins it (J-40).</summary>
    private bool TryJoinRunningCall(Jid device, string id, JingleMessageNamespace dialect, string contactKey)
    {
        foreach (var call in _directory.Between(device, contactKey))
        {
            CallEvent? e = call.Snapshot.State switch
            {
                CallState.Active or CallState.AwaitingMigration => new CallEvent.MigrationProposed(id, device, dialect),
                CallState.Proposing or CallState.RingingUser => new CallEvent.ProposeCrossed(id, device, dialect),
                CallState.OfferingUser or CallState.Initiated or CallState.AnsweringSip =>
                    new CallEvent.MigrationProposed(id, device, dialect), // too early to move: the table lets it be rejected
                _ => null,
            };
            if (e is not null)
            {
                call.TryPost(new CallInput(e));
                return true;
            }
        }

        return false;
    }

    private StanzaResult OnJingle(IqStanza iq, XElement payload)
    {
        if (!JingleReader.TryRead(payload, out var jingle, out var fault))
        {
            return StanzaResult.Error(fault);
        }

        if (jingle.Action == JingleAction.SessionInitiate)
        {
            return OnSessionInitiate(iq, jingle);
        }

        // only the device that has the session may speak for it. Others learn nothing of it.
        if (!_directory.TryFind(iq.From, jingle.Sid, out var call) || call.Snapshot.Device != iq.From)
        {
            return StanzaResult.Error(JingleErrors.UnknownSession);
        }

        return OnAction(iq, jingle, call);
    }

    private StanzaResult OnAction(IqStanza iq, JingleElement jingle, CallActor call)
    {
        switch (jingle.Action)
        {
            case JingleAction.SessionAccept when call.Snapshot.State != CallState.Initiated:
                return StanzaResult.Error(JingleErrors.OutOfOrder);
            case JingleAction.SessionAccept:
                return Posted(call, new CallInput(new CallEvent.SessionAccepted()) { Jingle = jingle });
            case JingleAction.SessionTerminate:
                return Posted(call, new CallInput(new CallEvent.SessionTerminated(jingle.Reason)));
            case JingleAction.TransportInfo:
                return Posted(call, new CallInput(new CallEvent.CandidatesReceived(jingle)));
            case JingleAction.SessionInfo:
                return OnSessionInfo(jingle, call);
            case JingleAction.ContentAdd:
                // R-46 from this side: nothing but the negotiated media is carried, so the offer is declined politely.
                Decline(iq, jingle, JingleAction.ContentReject, JingleReason.UnsupportedApplications);
                return StanzaResult.Done;
            case JingleAction.TransportReplace:
                Decline(iq, jingle, JingleAction.TransportReject, JingleReason.UnsupportedTransports);
                return StanzaResult.Done;
            case JingleAction.ContentModify when call.ListensBy(jingle) is { } listens:
                return Posted(call, new CallInput(new CallEvent.UserHold(!listens))); // to the phone a direction is a hold
            case JingleAction.ContentRemove when jingle.Contents.All(content => content.Name != AudioName(call)):
            case JingleAction.ContentModify or JingleAction.DescriptionInfo or JingleAction.SecurityInfo:
                return StanzaResult.Done; // advisory, or about media that the phone does not have
            case JingleAction.ContentRemove:
                return Posted(call, new CallInput(new CallEvent.SessionTerminated(jingle.Reason)));
            default:
                return StanzaResult.Error(JingleErrors.OutOfOrder);
        }
    }

    private StanzaResult OnSessionInfo(JingleElement jingle, CallActor call) => jingle.Info switch
    {
        null or JingleSessionInfo.Ping => StanzaResult.Done,
        JingleSessionInfo.Ringing => Posted(call, new CallInput(new CallEvent.DeviceRinging())),
        JingleSessionInfo.Hold => Posted(call, new CallInput(new CallEvent.UserHold(true))),
        JingleSessionInfo.Unhold or JingleSessionInfo.Active => Posted(call, new CallInput(new CallEvent.UserHold(false))),
        // mute has no SIP meaning; a re-INVITE would start hold music.
        JingleSessionInfo.Mute or JingleSessionInfo.Unmute => StanzaResult.Done,
        JingleSessionInfo.Dtmf { Duration: 0 } => StanzaResult.Done,
        JingleSessionInfo.Dtmf when !CanPress(call) => StanzaResult.Error(StanzaErrorCondition.NotAcceptable), // XEP-0181 section 2
        JingleSessionInfo.Dtmf d => Posted(call, new CallInput(new CallEvent.KeyPressed(d.Code, TimeSpan.FromMilliseconds(d.Duration)))),
        _ => StanzaResult.Error(JingleErrors.UnsupportedInfo),
    };

    private StanzaResult OnSessionInitiate(IqStanza iq, JingleElement jingle)
    {
        if (_directory.TryFind(iq.From, jingle.Sid, out var call))
        {
            return call.Snapshot.State is CallState.Awaiting or CallState.Preparing or CallState.Inviting or CallState.Ringing
                or CallState.EarlyProceeded or CallState.Proceeded or CallState.Joining or CallState.AwaitingMigration
                ? Posted(call, new CallInput(new CallEvent.SessionInitiated(iq.From)) { Jingle = jingle })
                : StanzaResult.Error(JingleErrors.OutOfOrder);
        }

        if (iq.To.Local is null)
        {
            return StanzaResult.Error(StanzaErrorCondition.ServiceUnavailable, "calls go to an address at this gateway");
        }

        // The call ended while this request was under way: the client has to hear it in Jingle.
        if (_directory.IsOver(iq.From, jingle.Sid))
        {
            Decline(iq, jingle with { Contents = [] }, JingleAction.SessionTerminate, JingleReason.Gone);
            return StanzaResult.Done;
        }

        return OnDirectInitiate(iq, jingle);
    }

    /// <summary>session-initiate without JMI (J-22): no JMI message at all then.</summary>
    private StanzaResult OnDirectInitiate(IqStanza iq, JingleElement jingle)
    {
        var media = jingle.Contents.Where(content => content.Description is not null).Select(content => content.Description!.Media).ToImmutableArray();
        if (!TryOpen(iq.From, iq.To, media, media.IsEmpty, out var admitted, out var refusal))
        {
            _metrics.Refused(CallDirection.ToSip);
            _log.RefusedFromXmpp(iq.From.ToString(), iq.To.ToString(), refusal.Status, refusal.Detail);
            return StanzaResult.Error(refusal.Error);
        }

        // J-46: our own session-initiate to her is open, and wins: her client has taken that call (XEP-0166 section 7.2.16).
        if (_directory.Between(iq.From, admitted.SipUser.ToString()).Any(open =>
            open.Snapshot.State is CallState.OfferingUser or CallState.Initiated or CallState.AnsweringSip))
        {
            admitted.Permit.Dispose();
            return StanzaResult.Error(JingleErrors.TieBreak);
        }

        var parties = PartiesOf(iq.From, iq.To, admitted, jingle.Sid, media, iq.Element);
        var call = new CallActor(_context, parties, new Call(CallState.Idle, jingle.Sid, iq.From, JingleMessageNamespace.V0)
        {
            EarlyMediaTakesCall = PolicyOf(admitted) != AnswerPolicy.Late,
        });
        return _directory.TryAdd(call)
            ? Started(call, new CallInput(new CallEvent.SessionInitiated(iq.From)) { Jingle = jingle })
            : StanzaResult.Error(JingleErrors.OutOfOrder);
    }

    /// <summary>The door: state of the gateway, media, permission, address, limits.</summary>
    private bool TryOpen(
        Jid from, Jid to, ImmutableArray<string> media, bool hasOthers,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AdmittedToSip? admitted,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Refusal? refusal)
    {
        admitted = null;
        if (_draining)
        {
            refusal = new Refusal(503, new StanzaError(StanzaErrorCondition.ResourceConstraint, "the gateway is shutting down", "wait"),
                new JingleReasonInfo(JingleReason.GeneralError, "the gateway is shutting down"), "draining");
            return false;
        }

        if (!_parts.Relay.IsAvailable)
        {
            refusal = new Refusal(503, new StanzaError(StanzaErrorCondition.ResourceConstraint, "the media relay is down", "wait"),
                new JingleReasonInfo(JingleReason.GeneralError, "media relay unavailable"), "the media relay is down");
            return false;
        }

        if (!media.Contains("audio") || hasOthers)
        {
            refusal = new Refusal(488, new StanzaError(StanzaErrorCondition.NotAcceptable, "only audio calls"),
                new JingleReasonInfo(JingleReason.UnsupportedApplications), "no audio description"); // J-6
            return false;
        }

        return _parts.Admission.TryAdmit(from, to, out admitted, out refusal);
    }

    private CallParties PartiesOf(
        Jid from, Jid addressed, AdmittedToSip admitted, string sid, ImmutableArray<string> media, XElement stanza)
    {
        _parts.Addresses.RememberAddressed(from.Bare, addressed.Bare);
        return new CallParties(NewSessionId(), CallDirection.ToSip, from.Bare, GatewayResource.Of(addressed.Bare),
            admitted.SipUser.ToString(), _parts.Options.Timers.InviteTimeout)
        {
            Target = admitted.Target,
            UserIdentity = _parts.Addresses.XmppCallerToSip(from, stanza.Descendants(Nick + "nick").FirstOrDefault()?.Value), // J-27
            CallId = CallIds.CallIdFor(sid, _directory.IsCallIdTaken),
            Permit = admitted.Permit,
            Media = Carried(media, admitted.Target.Trunk),
        };
    }

    /// <summary>Of each kind one stream; video only where the trunk takes it.</summary>
    private static ImmutableArray<string> Carried(ImmutableArray<string> media, Trunk? trunk) =>
        [.. media.Distinct().Where(kind => kind == "audio" || (kind == "video" && trunk?.Options.Video == true))];

    private AnswerPolicy PolicyOf(AdmittedToSip admitted) => admitted.Target.Answer ?? _parts.Options.Answer;

    private void Enter(CallActor call, CallEvent first, AdmittedToSip admitted)
    {
        if (_directory.TryAdd(call))
        {
            Begin(call, new CallInput(first));
        }
        else
        {
            admitted.Permit.Dispose();
        }
    }

    private StanzaResult Started(CallActor call, CallInput first)
    {
        Begin(call, first);
        return StanzaResult.Done;
    }

    private static StanzaResult Posted(CallActor call, CallInput input) => call.TryPost(input)
        ? StanzaResult.Done
        : StanzaResult.Error(StanzaErrorCondition.ResourceConstraint, "too many events for this session");

    private void Decline(IqStanza iq, JingleElement jingle, JingleAction action, JingleReason reason)
    {
        var answer = jingle with { Action = action, Reason = new JingleReasonInfo(reason), Initiator = null, Responder = null, Groups = [] };
        _parts.Link.SendIq(
            new XElement("iq", new XAttribute("type", "set"), new XAttribute("from", iq.To.ToString()), new XAttribute("to", iq.From.ToString()), JingleWriter.Write(answer)),
            TimeSpan.FromSeconds(20), _ => { });
    }

    private static string? AudioName(CallActor call) => call.AudioContentName;

    /// <summary>A receipt for our propose means that a device shows the call (clients.md 4.13).</summary>
    private StanzaResult OnReceipt(MessageStanza message, XElement payload)
    {
        const string Prefix = "jm-propose-";
        if (payload.Name.LocalName != "received" || payload.Attribute("id")?.Value is not { } id || !id.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return StanzaResult.Pass;
        }

        if (_directory.TryFind(message.From, id[Prefix.Length..], out var call))
        {
            call.TryPost(new CallInput(new CallEvent.DeviceRinging()));
        }

        return StanzaResult.Done;
    }

    /// <summary>A bounced propose: the server knows nobody who could answer (J-16).</summary>
    private void OnMessageError(MessageStanza message, StanzaError error)
    {
        const string Prefix = "jm-propose-";
        if (message.Id is { } id && id.StartsWith(Prefix, StringComparison.Ordinal) && _directory.TryFind(message.From, id[Prefix.Length..], out var call))
        {
            call.TryPost(new CallInput(new CallEvent.ProposeBounced(error)
            {
                NewAddress = _parts.Admission.NewAddresses.TryToSip(error, out var address) ? address : null,
            }));
        }
    }

    /// <summary>From an archive or an offline store, and older than a caller waits (J-15).</summary>
    private bool IsStale(MessageStanza message) =>
        message.Payload(Delay + "delay")?.Attribute("stamp")?.Value is { } stamp
        && DateTimeOffset.TryParse(stamp, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var at)
        && _parts.Time.GetUtcNow() - at > _parts.Options.Timers.StaleProposal;
}
