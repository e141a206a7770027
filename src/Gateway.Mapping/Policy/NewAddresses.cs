using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Errors;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Policy;

/// <summary>
/// Where somebody has moved, told to the other side in its own spelling: only an address that the one who asks may reach through the
/// gateway (MAPPING E-5, E-7).
/// </summary>
internal sealed class NewAddresses(AddressPlan plan, AccessPolicy policy)
{
    /// <summary>The SIP address of the JID that gone or redirect names.</summary>
    public bool TryToSip(StanzaError? error, [NotNullWhen(true)] out SipUri? address)
    {
        address = null;
        if (error is not { Condition: StanzaErrorCondition.Gone or StanzaErrorCondition.Redirect }
            || !ErrorMapping.TryNewAddress(error, out var jid) || jid.Local is null)
        {
            return false;
        }

        address = jid.Domain == plan.Gateway.Domain
            ? plan.TryToSip(jid, out var target, out _) && policy.MayDial(target) ? target.RequestUri : null
            : policy.MayBeCalled(jid) ? plan.XmppCallerToSip(jid).Uri : null;
        return address is not null;
    }

    /// <summary>The JID of the first Contact of a 301 or 302 that has one.</summary>
    public bool TryToXmpp(SipFailure failure, [NotNullWhen(true)] out Jid? address)
    {
        ArgumentNullException.ThrowIfNull(failure);
        address = failure.Status is 301 or 302 ? failure.Contacts.Select(JidOf).FirstOrDefault(jid => jid is not null) : null;
        return address is not null;
    }

    private Jid? JidOf(SipUri contact) => contact switch
    {
        not { IsSip: true, IsUserText: true, User: not null } => null,
        _ when plan.IsOurs(contact.Host) => plan.TryToXmpp(contact, out var user, out _) && policy.MayUse(user) ? user : null,
        _ => plan.TryWrite(new SipAddress(contact.User, contact.Host, contact.Port), out var jid, out _)
            && plan.TryToSip(jid, out var target, out _) && policy.MayDial(target) ? jid : null,
    };
}
