using Gateway.Mapping.Sessions;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.JingleMessage;
using System.Collections.Immutable;

namespace Gateway.Mapping.Calls;

/// <summary>
/// A call between an XMPP user and a SIP address, from propose or INVITE to the end of both sides. Pure: an event gives
/// the next state and what is to be done. The rows stand by chapter: calls to SIP (MAPPING 9.2), calls to XMPP (9.3, 9.4),
/// talking (9.5, 10.1), and the ends of a call (11). <c>docs/call-table.md</c> lists every pair of state and event.
/// </summary>
/// <param name="State">Where the call is.</param>
/// <param name="Sid">Session id of JMI and Jingle.</param>
/// <param name="Device">The user: her full JID once a device is known, else the bare JID.</param>
/// <param name="Namespace">The JMI dialect in which the call was proposed; replies use it (J-2).</param>
public sealed partial record Call(CallState State, string Sid, Jid Device, JingleMessageNamespace Namespace)
{
    /// <summary>False for a session-initiate without JMI: then no JMI message is ever sent (J-22).</summary>
    public bool UsesMessageInitiation { get; init; } = true;

    /// <summary>Whether early media takes the call for the XMPP user (answer policies progress and early).</summary>
    public bool EarlyMediaTakesCall { get; init; } = true;

    /// <summary>The user holds the call.</summary>
    public bool UserHolds { get; init; }

    /// <summary>The phone holds the call.</summary>
    public bool PhoneHolds { get; init; }

    /// <summary>A device truly said that it rings: bounces of other forks no longer count (J-16).</summary>
    public bool DeviceRang { get; init; }

    /// <summary>The SIP side has to learn other codecs or a hold as soon as it has answered.</summary>
    public bool ReinviteDue { get; init; }

    /// <summary>The re-INVITE under way changes codecs: without it no audio, so its refusal ends the call.</summary>
    public bool ReinviteIsVital { get; init; }

    /// <summary>The user's propose that lost the tie-break against ours, kept in case ours is never answered (J-43).</summary>
    public CallEvent.ProposeCrossed? Crossed { get; init; }

    /// <summary>The user's client let its own propose win (J-44); that propose is on its way or in <see cref="Crossed"/>.</summary>
    public bool OurProposeLost { get; init; }

    /// <summary>True when nothing remains to be done.</summary>
    public bool IsEnded => State == CallState.Ended;

    /// <summary>Takes one event.</summary>
    public Transition<Call, CallEffect> On(CallEvent e) =>
        IsEnded ? Stay() : OnCallToSip(e) ?? OnCallToXmpp(e) ?? OnTalking(e) ?? OnEnd(e) ?? Stay();

    private Transition<Call, CallEffect> Stay(params ImmutableArray<CallEffect> todo) => new(this, todo);

    private Transition<Call, CallEffect> To(CallState next, params ImmutableArray<CallEffect> todo) =>
        new(this with { State = next }, todo);
}
