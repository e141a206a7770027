using System.Collections.Concurrent;
using Gateway.Mapping.Addresses;
using Gateway.Sip.Messages;
using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>
/// Runs one chat session: one mailbox, one event at a time, so its state needs no lock. Whoever posts to an idle session runs it
/// there and then, on its own thread.
/// </summary>
internal sealed partial class ChatActor : IAsyncDisposable
{
    // Peers can fill this much of the mailbox; timers and the session's own results always find room.
    private const int PeerEventLimit = 1024;

    /// <summary>How long the last words may take to leave before BYE.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly ConcurrentQueue<ChatInput> _mailbox = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _life = new();
    private readonly ChatSurroundings _surroundings;
    private readonly ChatTraffic _traffic;
    private readonly ChatStanzas _stanzas;
    private readonly ITimer?[] _timers = new ITimer?[Enum.GetValues<ChatTimer>().Length];
    private Chat _chat;
    private ChatOffer? _offer;
    private ISipCall? _leg;
    private string? _reoffer;
    private bool _offeredInAnswer;
    private bool _byeDue;
    private bool _isBroken;
    private SipReason? _byeReason;
    private ITimer? _farewell;
    private volatile bool _isClosed;
    private int _waiting;
    private long _spokenAt;
    private volatile Departure? _left;

    public ChatActor(ChatSurroundings surroundings, ChatParties parties, Chat initial, MessageStanza? initiation = null)
    {
        _surroundings = surroundings;
        Parties = parties;
        _chat = initial;
        _stanzas = new ChatStanzas(surroundings, this) { Initiation = initiation };
        _traffic = new ChatTraffic(surroundings, this, _stanzas);
        _spokenAt = surroundings.Time.GetTimestamp();
        Since = surroundings.Time.GetUtcNow();
        Session = surroundings.Msrp.Create(Terms(initial.Proposed), new ChatMsrpSink(this));
        Sink = new ChatSipSink(this);
    }

    /// <summary>The session id that every log line carries.</summary>
    public string Id => Parties.SessionId;

    /// <summary>Who talks with whom.</summary>
    public ChatParties Parties { get; }

    /// <summary>By which our Contact names her device, where its resource is nobody's business .</summary>
    public string DeviceToken { get; } = DeviceNames.NewToken();

    /// <summary>Who our Contact names.</summary>
    public SipUri Contact => _surroundings.Devices.Contact(
        Parties.UserIdentity?.Uri ?? Parties.Invite!.RequestUri, _chat.Device, DeviceToken);

    /// <summary>When it began.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>The session of messages.</summary>
    public IMsrpSession Session { get; }

    /// <summary>The way in for the SIP stack.</summary>
    public ISipCallSink Sink { get; }

    /// <summary>A snapshot of the state, for those outside the mailbox: may be a moment old.</summary>
    public Chat Snapshot => Volatile.Read(ref _chat);

    /// <summary>Completes when both sides are told.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The leg of an incoming INVITE; set once, before the first event.</summary>
    public void Attach(ISipCall leg) => _leg = leg;

    /// <summary>Posts what a peer did. False when the session has ended or a peer floods it.</summary>
    public bool TryPost(ChatInput input)
    {
        if (Volatile.Read(ref _waiting) > PeerEventLimit)
        {
            _surroundings.Metrics.Overflow();
            return false;
        }

        return Post(input);
    }

    /// <summary>Posts what the gateway itself did or noticed. False when the session has ended.</summary>
    public bool Post(ChatInput input)
    {
        if (_isClosed)
        {
            return false;
        }

        _mailbox.Enqueue(input);
        if (Interlocked.Increment(ref _waiting) == 1)
        {
            Run();
        }

        return true;
    }

    /// <summary>Posts an event.</summary>
    public bool Post(ChatEvent e) => Post(ChatInput.Of(e));

    /// <summary>Runs something on the session's loop after a while; dispose the timer to call it off.</summary>
    public ITimer After(TimeSpan due, Action action) => _surroundings.Time.CreateTimer(
        _ => Post(new ChatInput(_ =>
        {
            action();
            return null;
        })),
        null, due, Timeout.InfiniteTimeSpan);

    /// <summary>A stanza of the user that belongs to this session. False when the session is ending: it was not taken.</summary>
    public bool TryWrite(MessageStanza stanza, Action<ChatOutcome> completed) => TryPost(new ChatInput(chat =>
    {
        if (chat.IsEnded)
        {
            completed(new ChatOutcome.Unsent(480, new StanzaError(StanzaErrorCondition.RecipientUnavailable, "the session ended", "wait")));
            return null;
        }

        // An informal session follows her from device to device; of a negotiated one only its device may speak.
        if (!chat.IsNegotiated && chat.Device != stanza.From)
        {
            Volatile.Write(ref _chat, chat with { Device = stanza.From });
            ShowDevice();
        }

        _traffic.Write(stanza, completed);
        Spoke();
        return !chat.IsNegotiated && Xmpp.Messages.ChatStates.Of(stanza) == Xmpp.Messages.ChatState.Gone
            ? new ChatEvent.UserLeaves()
            : SpokenEvent(chat);
    }));

    /// <summary>A message of ours came back from the XMPP side.</summary>
    public void Bounced(string id, StanzaError error) => TryPost(new ChatInput(_ =>
    {
        _traffic.OnBounced(id, error);
        return null;
    }));

    /// <summary>Whether the device left this session a moment ago: what it said before that may still come (N-29).</summary>
    public bool HasJustLeft(Jid device) =>
        _left is { } left && left.Device == device && _surroundings.Time.GetElapsedTime(left.At) < TimeSpan.FromSeconds(5);

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync().ConfigureAwait(false);
        foreach (var timer in _timers)
        {
            if (timer is not null)
            {
                await timer.DisposeAsync().ConfigureAwait(false);
            }
        }

        _life.Dispose();
    }

    /// <summary>Takes what waits. Only the poster that found the mailbox empty gets here, and it leaves it empty.</summary>
    private void Run()
    {
        do
        {
            _mailbox.TryDequeue(out var input);
            try
            {
                Take(input);
            }
            catch (Exception fault)
            {
                Broken(fault);
            }
        }
        while (Interlocked.Decrement(ref _waiting) > 0);
    }

    /// <summary>A fault of ours must not leave either side waiting: the table ends both, and if it cannot, the session is over all the same.</summary>
    private void Broken(Exception fault)
    {
        if (_isBroken)
        {
            Volatile.Write(ref _chat, _chat with { State = ChatState.Ended });
            _isClosed = true;
            _leg?.Bye();
            Session.Close();
            _ended.TrySetException(fault);
            return;
        }

        _isBroken = true;
        _surroundings.Log.StepFailed(Id, "an event", fault);
        Post(new ChatEvent.HangUp());
    }

    private void Take(ChatInput input)
    {
        if (input.Make?.Invoke(_chat) is not { } e)
        {
            FinishIfQuiet();
            return;
        }

        if (e is ChatEvent.UserOffers offers)
        {
            _offer = offers.Offer;
        }

        var before = _chat;
        var (next, effects) = before.On(e);
        if (effects.IsEmpty && next == before)
        {
            _surroundings.Metrics.Ignored();
            return;
        }

        _surroundings.Log.Transition(Id, e.GetType().Name, before.State, next.State);
        Volatile.Write(ref _chat, next);
        if (next.Device != before.Device)
        {
            ShowDevice();
        }

        foreach (var effect in effects)
        {
            try
            {
                RunEffect(effect);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // A fault of ours must not leave a side waiting for ever: both are ended by the table.
                _surroundings.Log.StepFailed(Id, effect.GetType().Name, fault);
                Post(new ChatEvent.HangUp());
            }
        }

        if (next.IsEnded && !before.IsEnded)
        {
            _surroundings.Log.Ended(Id, e.GetType().Name, before.State, _traffic.SentCount, _traffic.ReceivedCount);
            BeginFarewell();
        }
    }

    /// <summary>The last words leave before BYE does: who says goodbye has said it.</summary>
    private void BeginFarewell()
    {
        if (_byeDue && Session.IsConnected && _traffic.IsBusy)
        {
            _farewell = After(Farewell, Finish);
        }
        else
        {
            Finish();
        }
    }

    private void FinishIfQuiet()
    {
        if (_chat.IsEnded && !_isClosed && !_traffic.IsBusy)
        {
            Finish();
        }
    }

    private void Finish()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _farewell?.Dispose();
        _traffic.Close();
        if (_byeDue || _isBroken) // then the table may not know how far the INVITE was
        {
            _leg?.Bye(_byeReason);
        }

        Session.Close();
        _surroundings.Threads.CloseDialog(Parties.User, Parties.ContactKey, Parties.CallId);
        _ended.TrySetResult();
    }

    /// <summary>N-28: the next request of ours in the dialog names the new resource, where resources are shown.</summary>
    private void ShowDevice()
    {
        if (_surroundings.Devices.AreShown)
        {
            _leg?.SetContact(Contact);
        }
    }

    private void Spoke() => _spokenAt = _surroundings.Time.GetTimestamp();

    // The table hears of words only where they change something.
    private static ChatEvent.Spoken? SpokenEvent(Chat chat) =>
        chat.State == ChatState.Confirming || chat.Losses > 0 ? new ChatEvent.Spoken() : null;

    private void StartTimer(ChatTimer timer) => StartTimer(timer, DurationOf(timer));

    private void StartTimer(ChatTimer timer, TimeSpan due)
    {
        StopTimer(timer);
        ITimer? armed = null;
        armed = _surroundings.Time.CreateTimer(
            _ => Post(new ChatInput(_ => ReferenceEquals(_timers[(int)timer], armed) ? Fired(timer) : null)),
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timers[(int)timer] = armed;
        armed.Change(due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Idle counts from the last words: the timer is armed once and looks then, instead of at every message.</summary>
    private ChatEvent.TimedOut? Fired(ChatTimer timer)
    {
        if (timer == ChatTimer.Idle && _surroundings.Options.Idle - _surroundings.Time.GetElapsedTime(_spokenAt) is var left && left > TimeSpan.Zero)
        {
            StartTimer(ChatTimer.Idle, left);
            return null;
        }

        return new ChatEvent.TimedOut(timer);
    }

    private void StopTimer(ChatTimer timer)
    {
        _timers[(int)timer]?.Dispose();
        _timers[(int)timer] = null;
    }

    private TimeSpan DurationOf(ChatTimer timer)
    {
        var options = _surroundings.Options;
        return timer switch
        {
            ChatTimer.Ring => Parties.Invite?.Expires is { } stated && stated > TimeSpan.Zero && stated < options.AnswerTimeout
                ? stated
                : options.AnswerTimeout,
            ChatTimer.Confirm or ChatTimer.Renegotiate => options.StepTimeout,
            ChatTimer.Grace => _chat.Dialect == Xmpp.ChatNegotiation.ChatNegotiationDialect.V08 ? options.UnavailableGrace : options.UnavailableGraceLater,
            ChatTimer.Idle => options.Idle,
            ChatTimer.Retry => TimeSpan.FromSeconds(2),
            ChatTimer.Reconnect => options.Reconnect,
            ChatTimer.Cancel => TimeSpan.FromSeconds(32), // 64*T1 (RFC 3261 section 9.1)
            _ => throw new ArgumentOutOfRangeException(nameof(timer), timer, "no duration"),
        };
    }

    /// <summary>Read by other threads, and so of one piece.</summary>
    private sealed record Departure(Jid Device, long At);
}
