using System.Collections.Concurrent;
using Gateway.Mapping.Addresses;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Jingle;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Calls;

/// <summary>
/// Runs one call: one mailbox, one event at a time, so its state needs no lock. What the table wants done is done by
/// <see cref="RunEffect"/>, which hands over and never waits for a peer. Whoever posts to an idle call runs it there and then, on
/// its own thread: a call set-up would else wake a sleeping thread for each of its steps.
/// </summary>
internal sealed partial class CallActor : IAsyncDisposable
{
    // Peers can fill this much of the mailbox; timers and the call's own results always find room.
    private const int PeerEventLimit = 256;

    private ConcurrentQueue<CallInput>? _mailbox; // few calls are ever posted to while they are busy
    private readonly TaskCompletionSource _ended = new(); // what waits for it waits for nobody
    private readonly CallContext _context;
    private readonly CallMedia _media;
    private readonly CallStanzas _stanzas;
    private readonly ITimer?[] _timers = new ITimer?[Enum.GetValues<CallTimer>().Length];
    private Call _call;
    private ISipCall? _leg;
    private readonly SipLegSink _sink;
    private ISipCall? _replacement;
    private bool _isReinviteOpen;
    private SipTarget? _target;
    private volatile bool _isRedirected;
    private bool _isBroken;
    private CallInput _current;
    private int _waiting;
    private readonly long _startedAt;
    private long? _answeredAt;

    public CallActor(CallContext context, CallParties parties, Call initial)
    {
        _context = context;
        Parties = parties;
        _call = initial;
        _target = parties.Target;
        _sink = new SipLegSink(this);
        _media = new CallMedia(context, this);
        _stanzas = new CallStanzas(context, this);
        _startedAt = context.Time.GetTimestamp();
        Since = context.Time.GetUtcNow();
    }

    /// <summary>The session id that every log line carries.</summary>
    public string Id => Parties.SessionId;

    /// <summary>Who talks with whom.</summary>
    public CallParties Parties { get; }

    /// <summary>By which our Contact names her device, where its resource is nobody's business (A-16).</summary>
    public string DeviceToken { get; } = DeviceNames.NewToken();

    /// <summary>Who our Contact names.</summary>
    public SipUri Contact => _context.Devices.Contact(
        Parties.UserIdentity?.Uri ?? Parties.Invite!.RequestUri, _call.Device, DeviceToken);

    /// <summary>When it began.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>A snapshot of the state, for those outside the mailbox: may be a moment old.</summary>
    public Call Snapshot => Volatile.Read(ref _call);

    /// <summary>Call-ID of the SIP side, once there is one.</summary>
    public string? CallId => Volatile.Read(ref _leg)?.CallId;

    /// <summary>Gives the SIP stack a way in for a leg of this call.</summary>
    public ISipCallSink Sink => _sink;

    /// <summary>A way in for another leg: an INVITE that crosses ours (J-41).</summary>
    public ISipCallSink NewLeg() => new SipLegSink(this);

    /// <summary>Name of the audio content, once the client has said one.</summary>
    public string? AudioContentName =>
        _media.Client?.Contents.FirstOrDefault(content => content.Description?.Media == "audio")?.Name;

    /// <summary>Whether the user listens to the phone by a content-modify; null when that says nothing of the audio.</summary>
    public bool? ListensBy(JingleElement change) => AudioContentName is { } name && change.Content(name) is { } content
        ? content.Senders is null or JingleSenders.Both
            || content.Senders == (_media.Client!.Action == JingleAction.SessionInitiate ? JingleSenders.Responder : JingleSenders.Initiator)
        : null;

    /// <summary>The phone said that it takes digits as packets (RFC 4733).</summary>
    public bool PhoneTakesDigits => _media.Phone?.Contains(" telephone-event/", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The client said that it takes digits as packets, so that it has keys of its own.</summary>
    public bool ClientTakesDigits => _media.ClientTakesDigits;

    /// <summary>Where a 3xx leads, if it may be followed: once (J-26). 380 offers another service, not another address.</summary>
    public SipTarget? Elsewhere(SipFailure failure) =>
        failure.Status is >= 300 and < 400 and not 380 && !_isRedirected && Parties.Target is { } refused
        && _context.Admission.TryFollow(failure.Contacts, refused, out var target) ? target : null;

    /// <summary>The leg of an incoming INVITE; set once, before the first event.</summary>
    public void Attach(ISipCall leg) => Volatile.Write(ref _leg, leg);

    /// <summary>Posts what a peer did. False when the call has ended or a peer floods it.</summary>
    public bool TryPost(CallInput input)
    {
        if (Volatile.Read(ref _waiting) > PeerEventLimit)
        {
            _context.Metrics.Overflow();
            return false;
        }

        return Post(input);
    }

    /// <summary>Completes when both sides are told.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Posts what the gateway itself did or noticed. False when the call has ended.</summary>
    public bool Post(CallInput input)
    {
        if (Snapshot.IsEnded)
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _waiting, 1, 0) == 0)
        {
            RunOne(input);
            RunWaiting();
            return true;
        }

        Mailbox.Enqueue(input);
        if (Interlocked.Increment(ref _waiting) == 1)
        {
            RunNext();
            RunWaiting();
        }

        return true;
    }

    private ConcurrentQueue<CallInput> Mailbox =>
        Volatile.Read(ref _mailbox) ?? Interlocked.CompareExchange(ref _mailbox, new(), null) ?? _mailbox;

    /// <summary>Takes what waits. Only the poster that found the call idle gets here, and it leaves it idle.</summary>
    private void RunWaiting()
    {
        while (Interlocked.Decrement(ref _waiting) > 0)
        {
            RunNext();
        }
    }

    private void RunNext()
    {
        Mailbox.TryDequeue(out var input); // there is one: it was counted after it was queued
        RunOne(input);
    }

    private void RunOne(CallInput input)
    {
        if (_call.IsEnded)
        {
            Unconsumed(input);
            return;
        }

        try
        {
            Take(input);
        }
        catch (Exception fault)
        {
            Broken(fault);
        }

        if (_call.IsEnded)
        {
            End();
        }
    }

    /// <summary>A fault of ours must not leave either side waiting: the table ends both, and if it cannot, the call is over all the same.</summary>
    private void Broken(Exception fault)
    {
        if (_isBroken)
        {
            Volatile.Write(ref _call, _call with { State = CallState.Ended });
            _ended.TrySetException(fault);
            return;
        }

        _isBroken = true;
        _context.Log.EffectFailed(Id, "an event", fault);
        Post(new CallInput(new CallEvent.HangUp()));
    }

    private void End()
    {
        if (_isBroken)
        {
            _leg?.Bye(); // the table may not know how far it was
        }

        _ended.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _sink.Forget();
        foreach (var timer in _timers)
        {
            if (timer is not null)
            {
                await timer.DisposeAsync().ConfigureAwait(false);
            }
        }

        await _media.DisposeAsync().ConfigureAwait(false);
    }

    private void Take(CallInput input)
    {
        // A timer that was stopped while its event waited here, or a result that a newer request replaced, is no event.
        if (input.Apply?.Invoke() == false || input.Event is not { } e)
        {
            return;
        }

        var before = _call;
        var (next, effects) = before.On(e);
        _context.Log.Transition(Id, e.GetType().Name, before.State, next.State);
        _current = input;
        Remember(input, before, next);
        Volatile.Write(ref _call, next);
        _context.Journal.Changed(Parties, before, next);
        if (next.Sid != before.Sid)
        {
            _context.Directory.Rekey(this, before.Sid, next.Sid);
        }

        if (_context.Devices.AreShown && next.Device != before.Device)
        {
            _leg?.SetContact(Contact);
        }

        foreach (var effect in effects)
        {
            try
            {
                RunEffect(effect);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // A fault of ours must not leave a call ringing for ever: both sides are ended by the table.
                _context.Log.EffectFailed(Id, effect.GetType().Name, fault);
                Post(new CallInput(new CallEvent.HangUp()));
            }
        }

        if (effects.IsEmpty && next == before)
        {
            Unconsumed(input);
        }

        Milestone(before.State, next.State, e);
    }

    /// <summary>Keeps the newest description of each side, if the event was taken.</summary>
    private void Remember(CallInput input, Call before, Call next)
    {
        switch (input.Event)
        {
            case CallEvent.SessionInitiated or CallEvent.SessionAccepted when next.State != before.State && input.Jingle is not null:
                _media.Client = input.Jingle;
                break;
            case CallEvent.SipReinviteAnswered or CallEvent.SipReinviteRefused:
                _isReinviteOpen = false;
                _media.Phone = input.PhoneSdp ?? _media.Phone;
                break;
            case CallEvent.SipReinvited or CallEvent.SipReplaced:
                _media.PhoneReoffer = input.PhoneSdp;
                break;
            default:
                if (input.PhoneSdp is not null)
                {
                    _media.Phone = input.PhoneSdp;
                }

                break;
        }

        if (input.Replacement is not null && before.State == CallState.Active)
        {
            _replacement = input.Replacement;
        }
    }

    /// <summary>Whoever offered us a leg or a propose must hear that it was not taken.</summary>
    private void Unconsumed(CallInput input)
    {
        _context.Metrics.Ignored();
        switch (input.Event)
        {
            case CallEvent.InviteCrossed crossed:
                crossed.Call.Refuse(486);
                break;
            case CallEvent.SipReplaced:
                input.Replacement?.Refuse(481);
                break;
            case CallEvent.ProposeCrossed p:
                _stanzas.RejectOther(p.Id, p.Device, p.Namespace);
                break;
            case CallEvent.MigrationProposed m:
                _stanzas.RejectOther(m.Id, m.Device, m.Namespace);
                break;
        }
    }

    private void StartTimer(CallTimer timer)
    {
        StopTimer(timer);
        var due = DurationOf(timer);
        if (due > TimeSpan.Zero)
        {
            ITimer? armed = null;
            armed = _context.Time.CreateTimer(
                _ => Post(new CallInput(new CallEvent.TimedOut(timer)) { Apply = () => _timers[(int)timer] == armed }),
                null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timers[(int)timer] = armed;
            armed.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopTimer(CallTimer timer)
    {
        _timers[(int)timer]?.Dispose();
        _timers[(int)timer] = null;
    }

    private TimeSpan DurationOf(CallTimer timer)
    {
        var timers = _context.Options.Timers;
        return timer switch
        {
            CallTimer.Presence => timers.PresenceAnswer,
            CallTimer.Ring => Parties.RingTimeout,
            CallTimer.Initiate => timers.SessionInitiate,
            CallTimer.Accept => timers.SessionAccept,
            CallTimer.AssumeRinging => timers.RingingAssumed,
            CallTimer.RingingFallback => timers.RingingFallback,
            CallTimer.TieBreak => timers.TieBreak,
            CallTimer.Migration => timers.Migration,
            CallTimer.Cancel => timers.Cancel,
            CallTimer.LinkGrace => timers.LinkGrace,
            CallTimer.MediaCheck => timers.MediaCheck,
            _ => throw new ArgumentOutOfRangeException(nameof(timer), timer, "no duration"),
        };
    }

    private void Milestone(CallState before, CallState after, CallEvent e)
    {
        if (before == after)
        {
            return;
        }

        switch (after)
        {
            case CallState.Ringing or CallState.JingleRinging or CallState.RingingUser:
                _context.Log.Ringing(Id);
                break;
            case CallState.Active when _answeredAt is null:
                _answeredAt = _context.Time.GetTimestamp();
                _context.Metrics.Answered(Parties.Direction, _context.Time.GetElapsedTime(_startedAt));
                _context.Log.Answered(Id, _context.Time.GetElapsedTime(_startedAt));
                break;
            case CallState.Ended:
                _context.Metrics.Ended(Parties.Direction, _answeredAt is not null);
                _context.Log.Ended(Id, e.GetType().Name, Describe(e), before, TalkTime());
                break;
        }
    }

    private TimeSpan TalkTime() => _answeredAt is { } at ? _context.Time.GetElapsedTime(at) : TimeSpan.Zero;

    private static string Describe(CallEvent e) => e switch
    {
        CallEvent.SipRefused r => $"{r.Failure.Status} {r.Failure.Phrase}{(r.Failure.IsLocal ? " (local)" : "")}",
        CallEvent.SipEnded s => s.Cause.ToString(),
        CallEvent.MediaFailed m => m.Fault.ToString(),
        CallEvent.TimedOut t => t.Timer.ToString(),
        CallEvent.SessionTerminated t => t.Reason?.Condition.ToString() ?? "",
        CallEvent.Rejected r => r.Reason?.Condition.ToString() ?? "",
        CallEvent.ProposeBounced b => b.Error?.Condition.ToString() ?? "",
        CallEvent.JingleFailed f => f.Error?.Condition.ToString() ?? "no answer",
        _ => "",
    };
}
