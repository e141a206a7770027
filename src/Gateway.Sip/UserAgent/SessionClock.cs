using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>The session timer of an answered call: refreshes it, or finds out that the peer no longer does (RFC 4028).</summary>
internal sealed class SessionClock(SipStack stack, CallSession session) : IClientRequestUser
{
    private SessionInterval? _interval;
    private LoopTimer? _refresh;
    private LoopTimer? _end;

    /// <summary>A session begins or was refreshed; null switches the timer off.</summary>
    public void Start(SessionInterval? interval)
    {
        Stop();
        _interval = interval;
        if (interval is null || session.IsEnding)
        {
            return;
        }

        _end = LoopTimer.Start(stack.Loop, interval.EndAfter, () => session.Lose(SipEndCause.SessionExpired));
        if (interval.WeRefresh)
        {
            _refresh = LoopTimer.Start(stack.Loop, interval.RefreshAfter, Refresh);
        }
    }

    public void Stop()
    {
        _refresh?.Stop();
        _end?.Stop();
    }

    /// <summary>What a request of ours says of the timer (section 7.4).</summary>
    public RequestTemplate Stamp(RequestTemplate request) => _interval is null
        ? request
        : request
            .With(SipHeaders.SessionExpires, _interval.Header(weAreClient: true))
            .With(SipHeaders.MinSE, SessionInterval.LeastSeconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>What our 2xx says of it: Require tells a peer that it must refresh (section 9).</summary>
    public static void Stamp(SipMessageBuilder success, SessionInterval? interval)
    {
        if (interval is null)
        {
            return;
        }

        success.Add(SipHeaders.SessionExpires, interval.Header(weAreClient: false));
        if (!interval.WeRefresh)
        {
            success.Add(SipHeaders.Require, "timer");
        }
    }

    public void OnResponse(ClientRequest request, SipResponse response)
    {
        if (response.IsSuccess)
        {
            session.Dialog.Learn(response);
            Start(SessionInterval.OfSuccess(response));
        }
        else if (response.IsFailure && DialogFailures.EndsTheCall(response.Status))
        {
            session.Lose(SipEndCause.DialogLost);
        }
        else if (response.Status is 405 or 501)
        {
            session.Own.Refresh(); // it takes no UPDATE after all
        }
    }

    public void OnFailure(ClientRequest request, SipFailure failure) => session.Lose(SipEndCause.DialogLost);

    /// <summary>UPDATE without a description where the peer takes it, else re-INVITE with the same one (section 7.4).</summary>
    private void Refresh()
    {
        if (session.Dialog.PeerTakesUpdate)
        {
            var update = session.Dialog.Request(SipMethod.Update)
                .With(SipHeaders.Supported, string.Join(", ", stack.Policy.Extensions));
            session.Send(Stamp(update), this);
        }
        else
        {
            session.Own.Refresh();
        }
    }
}
