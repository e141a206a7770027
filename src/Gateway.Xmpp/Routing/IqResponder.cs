using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Routing;

/// <summary>The one answer that a deferred IQ still owes. Usable from any thread, even before its handler has returned.</summary>
public sealed class IqResponder
{
    /// <summary>How long a deferred IQ may stay unanswered: less than clients wait (30 s in most).</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly TimeSpan _patience;
    private IqStanza? _request;
    private Action<XElement>? _send;
    private ITimer? _expiry;
    private Func<IqStanza, XElement>? _answer;

    internal IqResponder(TimeSpan patience) => _patience = patience;

    /// <summary>Answers with a result; false when the IQ has its answer already.</summary>
    public bool Reply(XElement? payload = null) => TryAnswer(request => request.ResultReply(payload));

    /// <summary>Answers with an error; false when the IQ has its answer already.</summary>
    public bool Error(StanzaError error) => TryAnswer(request => request.ErrorReply(error));

    /// <summary>Answers with an error; false when the IQ has its answer already.</summary>
    public bool Error(StanzaErrorCondition condition, string? text = null) => Error(new StanzaError(condition, text));

    /// <summary>Ties the responder to its request; an answer given meanwhile goes out now.</summary>
    internal void Bind(IqStanza request, TimeProvider time, Action<XElement> send)
    {
        Func<IqStanza, XElement>? answer;
        lock (_gate)
        {
            if (_request is not null)
            {
                throw new InvalidOperationException("One responder answers one IQ.");
            }

            _request = request;
            _send = send;
            answer = _answer;
            if (answer is null)
            {
                _expiry = time.CreateTimer(
                    static state => ((IqResponder)state!).Error(StanzaErrorCondition.RemoteServerTimeout, "no answer in time"),
                    this,
                    _patience,
                    Timeout.InfiniteTimeSpan);
            }
        }

        if (answer is not null)
        {
            send(answer(request));
        }
    }

    private bool TryAnswer(Func<IqStanza, XElement> answer)
    {
        IqStanza? request;
        Action<XElement>? send;
        lock (_gate)
        {
            if (_answer is not null)
            {
                return false;
            }

            _answer = answer;
            _expiry?.Dispose();
            (request, send) = (_request, _send);
        }

        if (request is not null)
        {
            send!(answer(request));
        }

        return true;
    }
}
