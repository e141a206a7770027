using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Messages;

/// <summary>A message from XMPP that may go on.</summary>
/// <param name="Target">Where it goes.</param>
/// <param name="SipUser">Canonical JID of the SIP user (MAPPING A-10).</param>
internal sealed record AdmittedToSip(SipTarget Target, Jid SipUser);

/// <summary>A message from SIP that may go on.</summary>
/// <param name="User">The XMPP user it is for.</param>
/// <param name="Recipient">The same, or the one device that the request names .</param>
/// <param name="Sender">The sender as this user sees it.</param>
internal sealed record AdmittedToXmpp(Jid User, Jid Recipient, SipCaller Sender);

/// <summary>The door for messages, from either side: the same permissions as for calls, and limits of their own.</summary>
internal sealed class MessageAdmission(MappingOptions options, AddressPlan plan, AccessPolicy policy, TimeProvider time)
{
    private readonly RateLimit _perSender = new(options.Messages.PerMinute, options.Policy.TrackedSenders, time);
    private readonly RateLimit _perTrunk = new(options.Messages.TrunkPerMinute, options.Policy.TrackedSenders, time);

    /// <summary>An XMPP user writes to a JID at the gateway.</summary>
    public bool TryAdmit(
        Jid sender, Jid addressed, [NotNullWhen(true)] out AdmittedToSip? admitted, [NotNullWhen(false)] out Refusal? refusal)
    {
        admitted = null;
        refusal = null;
        if (sender.Local is null || !policy.MayUse(sender))
        {
            refusal = Refusal.Forbidden("not allowed to write through this gateway");
        }
        else if (!_perSender.TryTake(sender.Bare.ToString()))
        {
            refusal = Refusal.TooOften("too many messages from this sender");
        }
        else if (!plan.TryToSip(addressed, out var target, out var fault) || !plan.TryCanonical(addressed, out var sipUser, out fault))
        {
            refusal = Refusal.Of(fault);
        }
        else if (!policy.MayDial(target))
        {
            refusal = Refusal.Forbidden("this host may not be written to");
        }
        else
        {
            admitted = new AdmittedToSip(target, sipUser);
            plan.RememberAddressed(sender, addressed);
        }

        return admitted is not null;
    }

    /// <summary>A SIP user writes to an XMPP user.</summary>
    public bool TryAdmit(
        ISipServerRequest request, [NotNullWhen(true)] out AdmittedToXmpp? admitted, [NotNullWhen(false)] out Refusal? refusal)
    {
        admitted = null;
        refusal = null;
        var isTrunk = policy.TryFindTrunk(request.Source, out var trunk);
        var isKnown = plan.TryToXmpp(request.Request.RequestUri, out var user, out var fault);
        if (!isTrunk && !(isKnown && policy.UnknownSources == UnknownSources.LocalUsers && policy.IsLocal(user!)))
        {
            refusal = Refusal.Forbidden("this address is no trunk's"); // before 404: strangers learn nothing about users
        }
        else if (!isKnown)
        {
            refusal = Refusal.Of(fault!);
        }
        else if (!policy.MayBeCalled(user!))
        {
            refusal = Refusal.NotServed("this user does not use the gateway");
        }
        else if (!plan.TryCaller(ClaimOf(request), user!, out var sender, out fault))
        {
            refusal = Refusal.Of(fault);
        }
        else if ((trunk is not null && !_perTrunk.TryTake(trunk.Name)) || !_perSender.TryTake(KeyOf(sender, request.Source.Address)))
        {
            refusal = Refusal.TooOften("too many messages from this sender");
        }
        else
        {
            admitted = new AdmittedToXmpp(user!, plan.DeviceOf(request.Request.RequestUri, user!) ?? user!, sender);
        }

        return admitted is not null;
    }

    private static SipCallerClaim ClaimOf(ISipServerRequest request)
    {
        request.Request.TryAddresses(SipHeaders.PAssertedIdentity, out var asserted);
        return new SipCallerClaim(request.Request.From, request.Source.Address)
        {
            AssertedIdentities = asserted,
            Privacy = request.Request.HasHeader(SipHeaders.Privacy)
                ?
                [
                    .. request.Request.HeaderValues(SipHeaders.Privacy)
                        .SelectMany(value => value.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                        .Select(token => token.ToLowerInvariant()),
                ]
                : [],
        };
    }

    // As for calls: a stranger may claim any name, so its address counts, of IPv6 the network.
    private static string KeyOf(SipCaller sender, IPAddress source)
    {
        if (sender.Trunk is not null)
        {
            return sender.Jid.ToString();
        }

        var address = Trunk.Canonical(source);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"net {Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))}"
            : $"host {address}";
    }
}
