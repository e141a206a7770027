using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>The last step before the socket: counts, and shows the message to the tap.</summary>
internal sealed class SipWire(ISipLoop loop, ISipMessageTap? tap)
{
    public void Send(SipFlow flow, ReadOnlyMemory<byte> message, Action? failed, bool again = false)
    {
        loop.Metrics.Sent();
        if (again)
        {
            loop.Metrics.Retransmitted();
        }

        tap?.OnMessage(SipDirection.Sent, flow.Transport, flow.Remote, message);
        flow.Send(message, failed);
    }

    public void Taken(SipFlow flow, ReadOnlyMemory<byte> message)
    {
        loop.Metrics.Received();
        tap?.OnMessage(SipDirection.Received, flow.Transport, flow.Remote, message);
    }
}
