using Gateway.Mapping.Configuration;

namespace Gateway.Mapping.Messages;

/// <summary>One conversation and its mailbox. What is to be done is done by <see cref="MessageService"/>.</summary>
internal sealed class ConversationActor
{
    private readonly SerialMailbox<ConversationEvent> _mailbox;
    private readonly Action<ConversationActor, ConversationEffect> _run;
    private readonly Action<Exception> _failed;
    private readonly int _most;
    private Conversation _state;
    private long _lastId;
    private int _waiting;

    public ConversationActor(ChatMode mode, int most, Action<ConversationActor, ConversationEffect> run, Action<Exception> failed)
    {
        _state = new Conversation(mode);
        _most = most;
        _run = run;
        _failed = failed;
        _mailbox = new SerialMailbox<ConversationEvent>(Step, failed);
    }

    /// <summary>Messages that have not come to an end.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>False when too much waits already.</summary>
    public bool TrySay(Func<long, Saying> saying)
    {
        if (Interlocked.Increment(ref _waiting) > _most)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        Post(new ConversationEvent.Said(saying(Interlocked.Increment(ref _lastId))));
        return true;
    }

    public void Post(ConversationEvent e) => _mailbox.Post(e);

    private void Step(ConversationEvent e)
    {
        var before = _state.Sayings.Length;
        (_state, var todo) = _state.On(e);
        var ended = before + (e is ConversationEvent.Said ? 1 : 0) - _state.Sayings.Length;
        Interlocked.Add(ref _waiting, -ended);
        foreach (var effect in todo)
        {
            try
            {
                _run(this, effect);
            }
#pragma warning disable CA1031 // what else there is to do concerns other messages too
            catch (Exception mistake)
#pragma warning restore CA1031
            {
                _failed(mistake);
            }
        }
    }
}
