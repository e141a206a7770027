using Gateway.Mapping.Policy;
using Gateway.Sip.Messages;
using Gateway.Xmpp.AddressPrompt;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>What people type when they add a SIP contact: a SIP or tel URI, an address, a telephone number, an extension
/// (jabber:iq:gateway, MAPPING K-9).</summary>
public sealed class SipAddressPrompt(AddressPlan plan, AccessPolicy policy) : IAddressPromptSink
{
    /// <inheritdoc/>
    public string Description => "Enter the SIP address or telephone number of the person that you want to call.";

    /// <inheritdoc/>
    public string Prompt => "SIP address or telephone number";

    /// <inheritdoc/>
    public Jid? Find(Jid asker, string typed)
    {
        ArgumentNullException.ThrowIfNull(asker);
        ArgumentNullException.ThrowIfNull(typed);
        return policy.MayUse(asker)
            && Read(typed.Trim()) is { } address
            && plan.TryWrite(address, out var jid, out _)
            && plan.TryToSip(jid, out var target, out _)
            && policy.MayDial(target)
                ? jid
                : null;
    }

    /// <summary>The JID of what an operator or a person wrote; null when it is no address.</summary>
    internal static Jid? TryRead(AddressPlan plan, string typed) =>
        Read(typed.Trim()) is { } address && plan.TryWrite(address, out var jid, out _) ? jid : null;

    private static SipAddress? Read(string typed)
    {
        if (SipUri.TryParse(typed, out var uri) && (uri.IsSip || uri.Scheme == "tel"))
        {
            return uri is not { User: { } user, IsUserText: true } ? null
                : uri.Scheme == "tel" ? Number(user)
                : new SipAddress(user, uri.Host, uri.Port);
        }

        var at = typed.LastIndexOf('@');
        if (at < 0)
        {
            return Number(typed) ?? (typed.Length > 0 ? new SipAddress(typed, null) : null);
        }

        return HostPart.TryRead(typed[(at + 1)..], out var host, out var port) ? new SipAddress(typed[..at], host, port) : null;
    }

    private static SipAddress? Number(string typed) =>
        PhoneNumber.TryNormalize(typed, out var number) ? new SipAddress(number, null) : null;
}
