using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Component;

/// <summary>
/// The IQ requests of ours that wait for their one answer. Answers are matched by id and sender (RFC 6120 section 8.1.2.1);
/// ids cannot be guessed by who has not seen one.
/// </summary>
internal sealed class IqRequests(TimeProvider time, Action<Exception> onCallbackFailure)
{
    private static readonly IqReply TimedOut = new(IqOutcome.Timeout, null, null);

    private readonly ConcurrentDictionary<string, Pending> _pending = new(StringComparer.Ordinal);
    private readonly string _prefix = RandomNumberGenerator.GetHexString(12, lowercase: true);
    private long _count;

    public int Count => _pending.Count;

    /// <summary>Gives the request its id and starts its clock.</summary>
    public Pending Add(XElement iq, Jid to, Jid from, TimeSpan timeout, Action<IqReply> onReply)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{_prefix}-{Interlocked.Increment(ref _count)}");
        iq.SetAttributeValue("id", id);
        var pending = new Pending(id, to, from, onReply);
        _pending[id] = pending;
        pending.Clock = time.CreateTimer(_ => End(pending, TimedOut), null, timeout, Timeout.InfiniteTimeSpan);
        if (!_pending.ContainsKey(id))
        {
            pending.Clock.Dispose(); // a timeout of zero ends a request while it is being added
        }

        return pending;
    }

    /// <summary>Hands an answer to its request; false when nobody asked, or this sender was not asked.</summary>
    public bool TryComplete(IqStanza answer)
    {
        if (answer.Id is null || !_pending.TryGetValue(answer.Id, out var pending)
            || pending.To != answer.From || pending.From != answer.To)
        {
            return false;
        }

        End(pending, answer.Kind == IqKind.Result
            ? new IqReply(IqOutcome.Result, answer.Element.Elements().FirstOrDefault(), null)
            : new IqReply(IqOutcome.Error, null, answer.Error));
        return true;
    }

    /// <summary>Ends one request as unanswered.</summary>
    public void Fail(Pending pending) => End(pending, TimedOut);

    /// <summary>The stream is lost: requests that were written will never be answered on the next one (K-2).</summary>
    public void FailWritten()
    {
        foreach (var pending in _pending.Values.Where(pending => pending.IsWritten))
        {
            End(pending, TimedOut);
        }
    }

    /// <summary>The component stops.</summary>
    public void FailAll()
    {
        foreach (var pending in _pending.Values)
        {
            End(pending, TimedOut);
        }
    }

    private void End(Pending pending, IqReply reply)
    {
        if (!_pending.TryRemove(pending.Id, out _))
        {
            return;
        }

        pending.IsEnded = true;
        pending.Clock?.Dispose();
        try
        {
            pending.OnReply(reply);
        }
        catch (Exception e) // another room's code: it must not take the stream down
        {
            onCallbackFailure(e);
        }
    }

    internal sealed class Pending(string id, Jid to, Jid from, Action<IqReply> onReply)
    {
        private volatile bool _isWritten;
        private volatile bool _isEnded;

        public string Id => id;

        public Jid To => to;

        public Jid From => from;

        public Action<IqReply> OnReply => onReply;

        public ITimer? Clock { get; set; }

        /// <summary>True once handed to the socket.</summary>
        public bool IsWritten
        {
            get => _isWritten;
            set => _isWritten = value;
        }

        /// <summary>True once answered or timed out: no use in writing it.</summary>
        public bool IsEnded
        {
            get => _isEnded;
            set => _isEnded = value;
        }
    }
}
