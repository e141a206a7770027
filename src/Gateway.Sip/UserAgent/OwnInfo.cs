using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>
/// Our INFO requests (RFC 6086), legacy use: one after the other, because a later number that overtakes an earlier one makes the peer
/// refuse that (RFC 3261 section 12.2.2).
/// </summary>
internal sealed class OwnInfo(CallSession session) : IClientRequestUser
{
    /// <summary>Bodies that wait; more are dropped.</summary>
    internal const int MostWaiting = 64;

    private readonly Queue<SipBody> _waiting = new();
    private ClientRequest? _open;

    public void Send(SipBody body)
    {
        if (!session.IsEnding && _waiting.Count < MostWaiting)
        {
            _waiting.Enqueue(body);
            TryStart();
        }
    }

    /// <summary>The call ends: what waits is not worth sending.</summary>
    public void Stop() => _waiting.Clear();

    void IClientRequestUser.OnResponse(ClientRequest request, SipResponse response)
    {
        if (!response.IsFinal || !ReferenceEquals(request, _open))
        {
            return;
        }

        _open = null;
        if (response.Status is 481)
        {
            session.Lose(SipEndCause.DialogLost); // RFC 3261 section 12.2.1.2
        }

        TryStart(); // any other refusal concerns this INFO alone (RFC 5057 section 5.1)
    }

    void IClientRequestUser.OnFailure(ClientRequest request, SipFailure failure)
    {
        _open = null;
        session.Lose(SipEndCause.DialogLost);
    }

    private void TryStart()
    {
        if (_open is null && !session.IsEnding && _waiting.TryDequeue(out var body))
        {
            _open = session.Send(session.Dialog.Request(SipMethod.Info) with { Body = body }, this);
        }
    }
}
