using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>What we call ourselves in Via and Contact.</summary>
internal sealed class LocalNames(SipEndpointOptions options)
{
    /// <summary>Our Via for a flow, with a fresh branch and rport (RFC 3581 section 3).</summary>
    public SipVia Via(SipFlow flow)
    {
        var local = flow.Local;
        return SipVia.Create(
            flow.Transport.ViaName(), options.AdvertisedHost ?? local.Address.ToString(), local.Port, SipIdentifiers.Branch());
    }

    /// <summary>Whether a Contact has our host in it; the port tells instances on one host apart.</summary>
    public bool IsOurs(SipUri contact) => options.AdvertisedHost is null || contact.Host == options.AdvertisedHost;

    /// <summary>Our Contact for a flow.</summary>
    /// <param name="flow">How the message goes.</param>
    /// <param name="user">Whose user part it carries, and which device of that user it means (RFC 5627 section 4.4).</param>
    public string Contact(SipFlow flow, SipUri user)
    {
        var local = flow.Local;
        var contact = SipUri.Create(
            user.IsUserText && user.User is { Length: > 0 } name ? name : null,
            options.AdvertisedHost ?? local.Address.ToString(), local.Port);
        if (!user.Parameters.IsEmpty && user.Parameter("gr") is { Length: > 0 } device)
        {
            contact = contact.WithParameter("gr", device);
        }

        return flow.Transport == SipTransportKind.Udp
            ? $"<{contact}>"
            : $"<{contact.WithParameter("transport", flow.Transport.Name())}>";
    }
}
