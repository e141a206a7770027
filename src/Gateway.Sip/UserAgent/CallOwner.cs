namespace Gateway.Sip.UserAgent;

/// <summary>The way up to the session that owns a call.</summary>
internal sealed class CallOwner(ISipCallSink sink, IStackCall call)
{
    private bool _silent;

    public ISipCallSink Sink => sink;

    /// <summary>Nothing is posted from now on.</summary>
    public void Silence() => _silent = true;

    /// <summary>An owner that takes no more events cannot end the call: the stack does (no call outlives its session).</summary>
    public void Post(SipCallEvent sipEvent)
    {
        if (!_silent && !sink.TryPost(sipEvent))
        {
            _silent = true;
            call.Abandon();
        }
    }
}
