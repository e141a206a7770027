using System.Diagnostics.CodeAnalysis;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>How SIP callers appear to XMPP users.</summary>
internal sealed class CallerPlan(AddressPlan plan, AddressMemory memory)
{
    public bool TryIdentify(
        SipCallerClaim claim, Jid called, [NotNullWhen(true)] out SipCaller? caller, [NotNullWhen(false)] out AddressFault? fault)
    {
        caller = null;
        fault = null;
        plan.Trunks.TryFindBySource(claim.Source, out var trunk);
        var identity = Identity(claim, trunk);
        if (AnonymousCaller.IsAskedFor(claim.Privacy) || AnonymousCaller.IsWithheld(identity.Uri)
            || !IsAddress(identity.Uri, trunk))
        {
            caller = Anonymous(trunk);
            return true;
        }

        if (!TryKnown(identity.Uri, called, out var address, out var canonical)
            && (!TryAddress(identity.Uri, trunk, out address, out fault) || !plan.TryWrite(address, out canonical, out fault)))
        {
            return false;
        }

        if (trunk is not null)
        {
            memory.SetUser(canonical, address.User);
        }

        var jid = memory.TryGetAddressed(called, canonical, out var known) ? known : canonical;
        caller = new SipCaller(jid, SafeText.Clean(identity.DisplayName ?? claim.From.DisplayName), identity.Uri, trunk);
        return true;
    }

    // The called user has called this very URI: whatever it might be taken for, it is the JID that she called.
    private bool TryKnown(SipUri uri, Jid called, [NotNullWhen(true)] out SipAddress? address, [NotNullWhen(true)] out Jid? canonical)
    {
        address = uri is { IsSip: true, IsUserText: true, User: { } user } ? new SipAddress(user, uri.Host, uri.Port) : null;
        canonical = null;
        return address is not null && plan.TryWrite(address, out canonical, out _) && memory.TryGetAddressed(called, canonical, out _);
    }

    // RFC 3325 section 9.1 allows a sip and a tel URI; the former says more.
    private static NameAddr Identity(SipCallerClaim claim, Trunk? trunk)
    {
        var asserted = trunk?.Options.TrustIdentity == true ? claim.AssertedIdentities : [];
        return asserted.FirstOrDefault(identity => identity.Uri.IsSip && identity.Uri.User is not null)
            ?? asserted.FirstOrDefault(identity => identity.Uri.Scheme == "tel")
            ?? claim.From;
    }

    // A number without a host needs somebody who vouches for it; of other schemes nothing is known.
    private static bool IsAddress(SipUri uri, Trunk? trunk) => uri.IsSip || (uri.Scheme == "tel" && trunk is not null);

    private bool TryAddress(
        SipUri uri, Trunk? trunk, [NotNullWhen(true)] out SipAddress? address, [NotNullWhen(false)] out AddressFault? fault)
    {
        address = null;
        fault = null;
        if (uri.Scheme == "tel" && trunk is not null)
        {
            address = PhoneNumber.TryNormalize(uri.User!, out var number) ? new SipAddress(number, trunk.Domain) : null;
        }
        else if (uri.IsUserText)
        {
            address = SipUser(uri, trunk, out fault);
        }

        fault ??= address is null ? new AddressFault(AddressProblem.NotFound, "the caller's user part has no counterpart in a JID") : null;
        return fault is null;
    }

    private SipAddress? SipUser(SipUri uri, Trunk? trunk, out AddressFault? fault)
    {
        fault = null;
        var user = uri.User!;
        if ((user[0] == '+' || uri.Parameter("user") == "phone") && PhoneNumber.TryNormalize(user, out var number))
        {
            user = number;
        }

        var host = uri.Host.TrimEnd('.');
        if (trunk is not null)
        {
            return IsDomainOfUsers(host, uri.Port, trunk) ? new SipAddress(user, host, uri.Port) : new SipAddress(user, trunk.Domain);
        }

        if (plan.IsOurs(host) || plan.Trunks.All.Any(t => t.Domains.Contains(host)))
        {
            fault = new AddressFault(AddressProblem.Forbidden, "only a trunk may speak for this host");
            return null;
        }

        return HostPart.TryRead(host, out var name, out _) ? new SipAddress(user, name, uri.Port) : null;
    }

    // A PBX often writes its own address, or ours, where its domain should be; a call back must reach the trunk.
    private bool IsDomainOfUsers(string host, int? port, Trunk trunk) =>
        trunk.Serves(host, port)
        || (HostPart.TryRead(host, out _, out _) && !trunk.IsOwnHost(host) && !trunk.Domains.Contains(host) && !plan.IsOurs(host));

    private SipCaller Anonymous(Trunk? trunk) =>
        new(Jid.Parse($"{AnonymousCaller.NewLocalpart()}@{plan.Gateway.Domain}"), null, null, trunk);
}
