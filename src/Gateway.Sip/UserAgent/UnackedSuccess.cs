using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>
/// A 2xx to INVITE until its ACK: repeated by the user agent, on streams too, at T1 doubling up to T2, for 64*T1
/// (RFC 3261 section 13.3.1.4).
/// </summary>
internal sealed class UnackedSuccess
{
    private readonly SipStack _stack;
    private readonly ServerTransaction _invite;
    private readonly SipResponse _success;
    private readonly LoopTimer _end;
    private LoopTimer _again;
    private TimeSpan _interval;

    /// <summary>Sends the 2xx and goes on doing so.</summary>
    public UnackedSuccess(SipStack stack, ServerTransaction invite, SipResponse success, Action timedOut)
    {
        _stack = stack;
        _invite = invite;
        _success = success;
        _interval = stack.Timers.T1;
        _invite.Respond(success);
        _again = LoopTimer.Start(stack.Loop, _interval, SendAgain);
        _end = LoopTimer.Start(stack.Loop, stack.Timers.T1Times64, () =>
        {
            Stop();
            timedOut();
        });
    }

    /// <summary>The INVITE and its ACK have the same number.</summary>
    public uint CSeq => _invite.Request.CSeq.Number;

    /// <summary>The ACK came, or nobody waits for it any more.</summary>
    public void Stop()
    {
        _again.Stop();
        _end.Stop();
    }

    private void SendAgain()
    {
        _interval = _stack.Timers.Backoff(_interval);
        _again = LoopTimer.Start(_stack.Loop, _interval, SendAgain);
        _invite.Respond(_success);
    }
}
