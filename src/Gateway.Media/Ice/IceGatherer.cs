using System.Collections.Immutable;
using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Ice;

/// <summary>Asks STUN servers what they see of each base (RFC 8445 section 5.1.1.2).</summary>
internal sealed class IceGatherer(IceContext context)
{
    /// <summary>A server that is silent after three questions is not worth more: trickled or not, a call waits.</summary>
    private const int Transmissions = 3;

    private readonly List<Question> _questions = [];

    private sealed class Question(StunTransactionId id, IceBase @base, PeerAddress server)
    {
        public StunTransactionId Id => id;

        public IceBase Base => @base;

        public PeerAddress Server => server;

        public int Sent { get; set; }

        public long Due { get; set; }
    }

    public bool IsWaiting => _questions.Count > 0;

    public long NextDue
    {
        get
        {
            var due = long.MaxValue;
            foreach (var question in _questions)
            {
                due = Math.Min(due, question.Due);
            }

            return due;
        }
    }

    public void Start(long now)
    {
        foreach (var @base in context.Bases)
        {
            foreach (var server in context.Options.StunServers)
            {
                if (@base.Reaches(server))
                {
                    _questions.Add(new Question(context.NewTransactionId(), @base, server));
                    break;
                }
            }
        }

        OnTimer(now);
    }

    public void OnTimer(long now)
    {
        for (var i = _questions.Count - 1; i >= 0; i--)
        {
            var question = _questions[i];
            if (now < question.Due)
            {
                continue;
            }

            if (question.Sent == Transmissions)
            {
                _questions.RemoveAt(i);
                continue;
            }

            Send(question);
            question.Due = now + ((long)context.Options.Rto << question.Sent++);
        }
    }

    /// <summary>True when the response answers a question; its sender is only as true as its transaction id (RFC 8489 section 6.3.4).</summary>
    public bool OnResponse(in PeerAddress from, scoped in StunMessage message, ImmutableArray<IceCandidate> known, out IceCandidate? found)
    {
        found = null;
        var id = StunTransactionId.Read(message.TransactionId);
        var at = _questions.FindIndex(question => question.Id == id);
        if (at < 0 || _questions[at].Server != from)
        {
            return false;
        }

        var @base = _questions[at].Base;
        _questions.RemoveAt(at);
        if (message.Class == StunClass.Success && message.HasMappedAddress && message.MappedAddress != @base.Advertised)
        {
            var candidate = @base.Reflexive(message.MappedAddress);
            found = known.Any(other => other.Host == candidate.Host && other.Port == candidate.Port) ? null : candidate;
        }

        return true;
    }

    private void Send(Question question)
    {
        Span<byte> id = stackalloc byte[StunFormat.TransactionIdLength];
        question.Id.Write(id);
        var writer = new StunWriter(stackalloc byte[StunFormat.MaxLength], StunClass.Request, StunFormat.Binding, id);
        context.Send(question.Base, writer.Unsigned(), question.Server);
    }
}
