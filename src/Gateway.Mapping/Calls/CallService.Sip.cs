using System.Collections.Immutable;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Descriptions;
using Gateway.Mapping.Presence;
using Gateway.Sip.Sdp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.JingleMessage;

namespace Gateway.Mapping.Calls;

/// <summary>INVITEs that come from SIP.</summary>
public sealed partial class CallService
{
    /// <inheritdoc/>
    public InviteDecision OnInvite(IncomingInvite invite, ISipCall call)
    {
        ArgumentNullException.ThrowIfNull(invite);
        ArgumentNullException.ThrowIfNull(call);

        // U-43: 503 with Retry-After before any work, also while the XMPP server is away: never 480, which means the user.
        if (_draining || !_parts.Link.IsUp)
        {
            return Refused(invite, 503, _draining ? "draining" : "no link to the XMPP server", RetryAfterSeconds);
        }

        // Who answered would find nobody there: it is known already, so nobody is rung.
        if (!_parts.Relay.IsAvailable)
        {
            return Refused(invite, 503, "the media relay is down", RetryAfterSeconds);
        }

        if (!_parts.Admission.TryAdmit(invite, out var admitted, out var refusal))
        {
            return Refused(invite, refusal.Status, refusal.Detail, refusal.RetryAfter) with { Warning = CallWarnings.Of(refusal) };
        }

        if (invite.Sdp is { } sdp && !HasUsableAudio(sdp))
        {
            admitted.Permit.Dispose();
            return Refused(invite, 488, "no audio that can be carried", null) with { Warning = CallWarnings.Of(sdp) };
        }

        var sid = _ids.SidFor(invite.CallId, invite.FromTag);
        var parties = new CallParties(
            NewSessionId(), CallDirection.ToXmpp, admitted.User, GatewayResource.Of(admitted.Caller.Jid),
            admitted.Caller.Jid.ToString(), RingTimeout(invite.Expires))
        {
            Invite = invite,
            Asked = _parts.Addresses.DeviceOf(invite.RequestUri, admitted.User),
            CallerName = admitted.Caller.DisplayName,
            Permit = admitted.Permit,
            Media = _parts.Relay.Bundles ? Carried(MediaOf(invite.Sdp), admitted.Caller.Trunk) : ["audio"], // what clients take
        };

        foreach (var other in _directory.Between(parties.User, parties.ContactKey))
        {
            // She is calling him at this moment: one call results (J-41).
            if (other.Snapshot.State is CallState.Preparing or CallState.Inviting or CallState.Ringing)
            {
                admitted.Permit.Dispose();
                return other.TryPost(new CallInput(new CallEvent.InviteCrossed(call)) { PhoneSdp = invite.Sdp })
                    ? new InviteDecision.Take(other.NewLeg())
                    : Refused(invite, 486, "it crossed a call that ended at this moment", null);
            }

            // A second propose to someone who talks with this very caller would be taken for a migration (J-53).
            admitted.Permit.Dispose();
            return Refused(invite, 486, "a call of this caller with this user runs already", null);
        }

        var actor = new CallActor(_context, parties, new Call(CallState.Idle, sid, parties.User, JingleMessageNamespace.V0));
        actor.Attach(call);
        if (!_directory.TryAdd(actor))
        {
            admitted.Permit.Dispose();
            return Refused(invite, 482, "this call runs already", null); // U-42: the same INVITE by another way
        }

        Begin(actor, new CallInput(new CallEvent.InviteReceived { AsksForPresence = _parts.Options.Presence.AskXmppUsers }) { PhoneSdp = invite.Sdp });
        return new InviteDecision.Take(actor.Sink) { Contact = actor.Contact };
    }

    private InviteDecision.Refuse Refused(IncomingInvite invite, int status, string why, int? retryAfter)
    {
        _metrics.Refused(CallDirection.ToXmpp);
        _log.RefusedFromSip(invite.Source.ToString(), SafeText.Clean(invite.RequestUri.ToString()) ?? "", status, why);
        return new InviteDecision.Refuse(status, null, retryAfter);
    }

    private static bool HasUsableAudio(string sdp) =>
        SdpSession.TryParse(sdp, out var offer, out _) && SipOfferPlan.TryMake(offer, video: false, out _);

    /// <summary>Kinds of media that could be carried; without an offer only audio is asked for.</summary>
    private static ImmutableArray<string> MediaOf(string? sdp) =>
        sdp is not null && SdpSession.TryParse(sdp, out var offer, out _) && SipOfferPlan.TryMake(offer, video: true, out var plan)
            ? plan.Media : ["audio"];

    private TimeSpan RingTimeout(TimeSpan? expires) => expires is { } stated && stated > TimeSpan.Zero
        ? stated < _parts.Options.Timers.RingTimeoutLimit ? stated : _parts.Options.Timers.RingTimeoutLimit
        : _parts.Options.Timers.RingTimeout;
}
