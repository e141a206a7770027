using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Policy;

/// <summary>A call from XMPP that may go on.</summary>
/// <param name="Target">Where it goes.</param>
/// <param name="SipUser">The canonical JID of the called SIP user: the key of its state (MAPPING A-10).</param>
/// <param name="Permit">Disposed when the call has ended.</param>
public sealed record AdmittedToSip(SipTarget Target, Jid SipUser, CallPermit Permit);

/// <summary>A call from SIP that may go on.</summary>
/// <param name="User">The called XMPP user.</param>
/// <param name="Caller">The caller as this user sees it.</param>
/// <param name="Permit">Disposed when the call has ended.</param>
public sealed record AdmittedToXmpp(Jid User, SipCaller Caller, CallPermit Permit);

/// <summary>
/// The door for new calls, from either side: addresses, permission, and how many. Nothing is created for a call that it
/// refuses. May be used from any thread.
/// </summary>
public sealed class CallAdmission
{
    private readonly AddressPlan _plan;
    private readonly AccessPolicy _policy;
    private readonly RateLimit _perCaller;
    private readonly RateLimit _perTrunk;
    private readonly ConcurrencyLimit _concurrent;

    /// <summary>Reads the limits of the options.</summary>
    public CallAdmission(PolicyOptions options, AddressPlan plan, AccessPolicy policy, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _plan = plan;
        _policy = policy;
        NewAddresses = new NewAddresses(plan, policy);
        _perCaller = new RateLimit(options.CallsPerMinute, options.TrackedSenders, time);
        _perTrunk = new RateLimit(options.TrunkCallsPerMinute, options.TrackedSenders, time);
        _concurrent = new ConcurrencyLimit(options.ConcurrentCalls);
    }

    /// <summary>What may be told of people who have moved.</summary>
    internal NewAddresses NewAddresses { get; }

    /// <summary>An XMPP user calls a JID at the gateway.</summary>
    public bool TryAdmit(
        Jid caller, Jid addressed, [NotNullWhen(true)] out AdmittedToSip? admitted, [NotNullWhen(false)] out Refusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(caller);
        admitted = null;
        if (caller.Local is null || !_policy.MayUse(caller))
        {
            refusal = Refusal.Forbidden("not allowed to call through this gateway");
        }
        else if (!_plan.TryToSip(addressed, out var target, out var fault) || !_plan.TryCanonical(addressed, out var sipUser, out fault))
        {
            refusal = Refusal.Of(fault);
        }
        else if (!_policy.MayDial(target))
        {
            refusal = Refusal.Forbidden("this host may not be called");
        }
        else if (TryCount(caller.Bare.ToString(), out var permit, out refusal))
        {
            admitted = new AdmittedToSip(target, sipUser, permit);
            _plan.RememberAddressed(caller, addressed);
        }

        return refusal is null;
    }

    /// <summary>A SIP caller calls an XMPP user.</summary>
    public bool TryAdmit(
        IncomingInvite invite, [NotNullWhen(true)] out AdmittedToXmpp? admitted, [NotNullWhen(false)] out Refusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(invite);
        admitted = null;
        var isTrunk = _policy.TryFindTrunk(invite.Source, out var trunk);
        var isKnown = _plan.TryToXmpp(invite.RequestUri, out var user, out var fault);
        if (!isTrunk && !(isKnown && MayStrangersCall(user!)))
        {
            refusal = Refusal.Forbidden("this address is no trunk's"); // before 404: strangers learn nothing about users
        }
        else if (!isKnown)
        {
            refusal = Refusal.Of(fault!);
        }
        else if (!_policy.MayBeCalled(user!))
        {
            refusal = Refusal.NotServed("this user does not use the gateway");
        }
        else if (trunk?.Options.Srtp == TrunkSrtp.Required && invite.Sdp?.Contains(" RTP/SAVP", StringComparison.Ordinal) != true)
        {
            refusal = Refusal.Unprotected("the trunk's calls have to be offered as RTP/SAVP");
        }
        else if (!_plan.TryCaller(SipCallerClaim.Of(invite), user!, out var caller, out fault))
        {
            refusal = Refusal.Of(fault);
        }
        else if (TryCount(KeyOf(caller, invite.Source.Address), trunk, out var permit, out refusal))
        {
            admitted = new AdmittedToXmpp(user!, caller, permit);
        }

        return refusal is null;
    }

    /// <summary>Where a redirected call may go on; see <see cref="AccessPolicy.TryFollow"/>.</summary>
    public bool TryFollow(ImmutableArray<SipUri> contacts, SipTarget refused, [NotNullWhen(true)] out SipTarget? target) =>
        _policy.TryFollow(contacts, refused, out target);

    private bool MayStrangersCall(Jid user) =>
        _policy.UnknownSources == UnknownSources.LocalUsers && _policy.IsLocal(user);

    private bool TryCount(string caller, Trunk? trunk, [NotNullWhen(true)] out CallPermit? permit, [NotNullWhen(false)] out Refusal? refusal)
    {
        if (trunk is null || _perTrunk.TryTake(trunk.Name))
        {
            return TryCount(caller, out permit, out refusal);
        }

        permit = null;
        refusal = Refusal.TooOften("too many new calls from this trunk");
        return false;
    }

    private bool TryCount(string caller, [NotNullWhen(true)] out CallPermit? permit, [NotNullWhen(false)] out Refusal? refusal)
    {
        permit = null;
        refusal = !_perCaller.TryTake(caller) ? Refusal.TooOften("too many new calls from this caller")
            : !_concurrent.TryTake(caller, out permit) ? Refusal.TooMany("too many calls of this caller")
            : null;
        return permit is not null;
    }

    // A stranger may claim any name, so its address counts (of IPv6 the network, which one host can fill). Callers that
    // withhold their number share the trunk's limit only: each is a caller of its own.
    private static string KeyOf(SipCaller caller, IPAddress source)
    {
        if (caller.Trunk is not null)
        {
            return caller.Jid.ToString();
        }

        var address = Trunk.Canonical(source);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"net {Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))}"
            : $"host {address}";
    }
}
