using System.Net;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>
/// Where the responses to a request go: RFC 3261 section 18.2.2, RFC 3581 section 4. maddr is not followed: it would let
/// anyone aim our responses at a third party, and only multicast needs it.
/// </summary>
internal sealed class ResponseRoute(SipFlow flow, SipVia via, ISipNetwork network)
{
    /// <summary>
    /// Datagrams: out of the receiving socket, to the source port when rport was asked for, else to that of sent-by.
    /// Streams: by the connection, and when it is gone by a new one to sent-by's port at the source address (MAPPING U-34).
    /// </summary>
    public SipFlow Now()
    {
        var sentBy = new IPEndPoint(flow.Remote.Address, via.SentByPort ?? SipTransportKinds.DefaultPort);
        if (flow.Transport == SipTransportKind.Udp)
        {
            return via.HasRPort ? flow : flow.Towards(sentBy);
        }

        return flow.IsOpen ? flow : network.Open(flow.Transport, sentBy) ?? flow;
    }
}
