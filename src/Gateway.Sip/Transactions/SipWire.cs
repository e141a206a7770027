using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>The last step before the socket: counts, and shows the message to the tap.</summary>
internal sealed class SipWire(ISipLoop loop, ISipMessageTap? tap, SipLog? log = null)
{
    public void Send(SipFlow flow, ReadOnlyMemory<byte> message, Action? failed, bool again = false)
    {
        loop.Metrics.Sent();
        if (again)
        {
            loop.Metrics.Retransmitted();
        }

        log?.Message(SipDirection.Sent, flow.Transport, flow.Remote, message);
        tap?.OnMessage(SipDirection.Sent, flow.Transport, flow.Remote, message);
        flow.Send(message, failed);
    }

    public void Taken(SipFlow flow, ReadOnlyMemory<byte> message)
    {
        loop.Metrics.Received();
        log?.Message(SipDirection.Received, flow.Transport, flow.Remote, message);
        tap?.OnMessage(SipDirection.Received, flow.Transport, flow.Remote, message);
    }
}
