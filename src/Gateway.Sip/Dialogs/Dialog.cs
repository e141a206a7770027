using System.Collections.Immutable;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Dialogs;

/// <summary>State of a dialog: RFC 3261 section 12. Belongs to the loop.</summary>
internal sealed class Dialog
{
    private readonly ImmutableArray<NameAddr> _routeSet;
    private readonly NameAddr _local;
    private readonly NameAddr _remote;

    private Dialog(DialogId id, NameAddr local, NameAddr remote, ImmutableArray<NameAddr> routeSet, SipUri remoteTarget)
    {
        Id = id;
        _local = local;
        _remote = remote;
        _routeSet = routeSet;
        RemoteTarget = remoteTarget;
    }

    public DialogId Id { get; }

    /// <summary>The peer's Contact; follows target refreshes, the route set does not (MAPPING U-10).</summary>
    public SipUri RemoteTarget { get; private set; }

    /// <summary>The number of our latest request.</summary>
    public uint LocalCSeq { get; private set; }

    /// <summary>The number of the peer's latest request.</summary>
    public uint? RemoteCSeq { get; private set; }

    public bool IsConfirmed { get; private set; }

    /// <summary>Whether the peer has said that it understands UPDATE.</summary>
    public bool PeerTakesUpdate { get; private set; }

    /// <summary>What the peer's INVITE came by; null at the caller.</summary>
    public SipFlow? Flow { get; init; }

    /// <summary>The user part of our Contact in this dialog.</summary>
    public required SipUri ContactUser { get; set; }

    /// <summary>At the caller: the route set is Record-Route reversed (section 12.1.2).</summary>
    public static Dialog OfCaller(SipRequest invite, SipResponse response, SipUri contactUser)
    {
        response.TryAddresses(SipHeaders.RecordRoute, out var recorded);
        var dialog = new Dialog(
            new DialogId(response.CallId, invite.From.Tag ?? "", response.To.Tag ?? ""), invite.From, response.To,
            [.. recorded.Reverse()], response.Contact?.Uri ?? invite.RequestUri)
        {
            ContactUser = contactUser,
            LocalCSeq = invite.CSeq.Number,
        };
        dialog.Learn(response);
        return dialog;
    }

    /// <summary>At the called: the route set is Record-Route as it came (section 12.1.1).</summary>
    public static Dialog OfCalled(SipRequest invite, string localTag, SipUri contactUser, SipFlow? flow = null)
    {
        invite.TryAddresses(SipHeaders.RecordRoute, out var recorded);
        var dialog = new Dialog(
            new DialogId(invite.CallId, localTag, invite.From.Tag ?? ""), invite.To.WithTag(localTag), invite.From,
            recorded, invite.Contact?.Uri ?? invite.From.Uri)
        {
            ContactUser = contactUser,
            Flow = flow,
            RemoteCSeq = invite.CSeq.Number,
        };
        dialog.Learn(invite);
        return dialog;
    }

    /// <summary>At the subscriber, where the first NOTIFY makes the dialog (RFC 6665 section 4.4.1).</summary>
    /// <param name="notify">The NOTIFY.</param>
    /// <param name="contactUser">User part of our Contact.</param>
    /// <param name="localCSeq">Number of our latest SUBSCRIBE.</param>
    /// <param name="flow">What the NOTIFY came by.</param>
    public static Dialog OfSubscriber(SipRequest notify, SipUri contactUser, uint localCSeq, SipFlow flow)
    {
        var dialog = OfCalled(notify, notify.To.Tag ?? "", contactUser, flow);
        dialog.LocalCSeq = localCSeq;
        return dialog;
    }

    public void Confirm() => IsConfirmed = true;

    public uint NextCSeq() => ++LocalCSeq;

    /// <summary>Takes the number of an arriving request; false when it is lower than one seen before (section 12.2.2).</summary>
    public bool TryTakeCSeq(SipRequest request)
    {
        if (request.CSeq.Number < RemoteCSeq)
        {
            return false;
        }

        RemoteCSeq = request.CSeq.Number;
        return true;
    }

    /// <summary>Takes the Contact of a target refresh request or its 2xx, and what the peer says of itself.</summary>
    public void Learn(SipMessage message)
    {
        if (message.Contact is { } contact)
        {
            RemoteTarget = contact.Uri;
        }

        if (message.HasHeader(SipHeaders.Allow))
        {
            PeerTakesUpdate = message.HasToken(SipHeaders.Allow, SipMethod.Update.Name);
        }
    }

    /// <summary>A request inside the dialog, routed by section 12.2.1.1.</summary>
    public RequestTemplate Request(SipMethod method)
    {
        if (_routeSet.IsEmpty)
        {
            return Of(method, RemoteTarget, [], RemoteTarget);
        }

        var first = _routeSet[0].Uri;
        return first.HasParameter("lr")
            ? Of(method, RemoteTarget, _routeSet, first)
            : Of(method, first, [.. _routeSet.Skip(1), new NameAddr(null, RemoteTarget)], first); // a strict router
    }

    private RequestTemplate Of(SipMethod method, SipUri requestUri, ImmutableArray<NameAddr> route, SipUri nextHop) =>
        new(method, requestUri, _local, _remote, Id.CallId)
        {
            Route = route,
            NextHop = nextHop,
            ContactUser = method == SipMethod.Bye || method == SipMethod.Ack ? null : ContactUser,
        };
}
