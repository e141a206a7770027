using Gateway.Sip.Msrp.Wire;

namespace Gateway.Sip.Msrp.Sessions;

/// <summary>What the outbox tells of its messages.</summary>
internal interface IOutboxOwner
{
    void OnSent(Transfer transfer);

    void OnFailed(Transfer transfer, int status);
}

/// <summary>
/// The sending half of a session: messages in order, what of them is answered, and what must be sent again when the connection
/// is replaced (RFC 4975 sections 5.4 and 7.1.1). No input or output of its own.
/// </summary>
/// <remarks>
/// Content keeps its order: the second message begins when the last octet of the first is written. Control messages (typing,
/// delivery notices) pass a long one between two of its chunks.
/// </remarks>
internal sealed class Outbox(IOutboxOwner owner, MsrpLimits limits, long responseTicks)
{
    private readonly Dictionary<string, Request> _requests = [];
    private readonly Queue<string> _dueOrder = new();
    private readonly List<Transfer> _unconfirmed = [];
    private readonly LinkedList<Transfer> _content = new();
    private readonly LinkedList<Transfer> _control = new();
    private readonly AwaitedReports _awaited = new(limits.AwaitedReports);
    private long _count;
    private bool _mayWrite;

    /// <summary>Whether there is something to write now.</summary>
    public bool HasWork => _mayWrite && (_content.Count > 0 || _control.Count > 0);

    /// <summary>Whether a connection is there to write on.</summary>
    public bool IsOpen => _mayWrite;

    /// <summary>Messages without an outcome.</summary>
    public int Unconfirmed => _unconfirmed.Count + _content.Count + _control.Count;

    /// <summary>Requests that wait for a response.</summary>
    public int Unanswered => _requests.Count;

    public void Add(MsrpOutgoingMessage message) =>
        (message.IsControl ? _control : _content).AddLast(new Transfer(message, _count++));

    /// <summary>A connection is bound: write.</summary>
    public void Open() => _mayWrite = true;

    /// <summary>The connection is gone: what is not confirmed goes to the front again, in its order.</summary>
    public void Suspend()
    {
        _mayWrite = false;
        _requests.Clear();
        _dueOrder.Clear();
        foreach (var list in (ReadOnlySpan<LinkedList<Transfer>>)[_content, _control])
        {
            var again = _unconfirmed.Where(t => t.Message.IsControl == (list == _control))
                .Concat(list).OrderBy(t => t.Order).ToList();
            list.Clear();
            foreach (var transfer in again)
            {
                transfer.Rewind();
                list.AddLast(transfer);
            }
        }

        _unconfirmed.Clear();
    }

    /// <summary>The message whose chunk is to be written next.</summary>
    public Transfer Next() => (_control.First ?? _content.First!).Value;

    /// <summary>Whether, with a chunk of this message open, another message of the session should come between.</summary>
    public bool WantsBetween(Transfer open) => !open.Message.IsControl && _control.Count > 0;

    /// <summary>A chunk of the message begins; it may be refused before it ends.</summary>
    public void Began(Transfer transfer, string transactionId)
    {
        if (transfer.Message.FailureReport != MsrpFailureReport.No)
        {
            _requests.Add(transactionId, new Request(transfer, long.MaxValue));
            _dueOrder.Enqueue(transactionId);
            transfer.Unanswered += transfer.IsAnswered ? 1 : 0;
        }

        if (transfer.Message.SuccessReport || transfer.Message.FailureReport != MsrpFailureReport.No)
        {
            _awaited.Add(transfer.Message);
        }
    }

    /// <summary>The chunk was written to its end-line.</summary>
    public void Ended(Transfer transfer, string transactionId, MsrpFlag flag, long now)
    {
        if (_requests.ContainsKey(transactionId))
        {
            _requests[transactionId] = new Request(transfer, now + responseTicks);
        }

        if (flag != MsrpFlag.Last || transfer.IsGivenUp)
        {
            return;
        }

        transfer.IsWritten = true;
        Remove(transfer);
        if (!transfer.IsAnswered || transfer.Unanswered == 0)
        {
            owner.OnSent(transfer);
        }
        else
        {
            _unconfirmed.Add(transfer);
        }
    }

    /// <summary>A response; one that answers nothing is ignored.</summary>
    /// <returns>What is to be told as a report: a refusal of a message that counts as sent already ("partial").</returns>
    public MsrpReport? Answered(string transactionId, int status)
    {
        if (!_requests.Remove(transactionId, out var request))
        {
            return null;
        }

        var transfer = request.Transfer;
        transfer.Unanswered -= transfer.IsAnswered ? 1 : 0;
        if (status != 200)
        {
            var wasSent = transfer is { IsWritten: true, IsAnswered: false };
            if (!wasSent)
            {
                Fail(transfer, status);
            }

            return wasSent ? _awaited.Take(transfer.Message.MessageId, status, range: null) : null;
        }

        if (transfer is { IsWritten: true, IsAnswered: true, Unanswered: 0, IsGivenUp: false })
        {
            _unconfirmed.Remove(transfer);
            owner.OnSent(transfer);
        }

        return null;
    }

    /// <summary>The peer refuses the message: nothing more of it is sent (RFC 4975 section 10.5).</summary>
    public void Fail(Transfer transfer, int status)
    {
        if (!transfer.IsGivenUp)
        {
            transfer.IsGivenUp = true;
            _awaited.Forget(transfer.Message.MessageId);
            Remove(transfer);
            _unconfirmed.Remove(transfer);
            owner.OnFailed(transfer, status);
        }
    }

    /// <summary>A REPORT; null when it is about nothing known.</summary>
    public MsrpReport? Reported(string messageId, int status, MsrpByteRange? range)
    {
        var report = _awaited.Take(messageId, status, range);
        if (report is not null && status != 200
            && (Find(_unconfirmed, messageId) ?? Find(_content, messageId) ?? Find(_control, messageId)) is { } transfer)
        {
            Fail(transfer, status);
        }

        return report;
    }

    /// <summary>Requests not answered in time fail with 408 (RFC 4975 section 7.1.1).</summary>
    public void Expire(long now)
    {
        while (_dueOrder.TryPeek(out var id))
        {
            if (_requests.TryGetValue(id, out var request))
            {
                if (request.Due > now)
                {
                    return;
                }

                if (request.Transfer.IsAnswered)
                {
                    Answered(id, 408);
                }
                else
                {
                    _requests.Remove(id);
                }
            }

            _dueOrder.Dequeue();
        }
    }

    /// <summary>Nothing more will be sent: all without an outcome fail.</summary>
    public void Close()
    {
        _mayWrite = false;
        foreach (var transfer in _unconfirmed.Concat(_content).Concat(_control).OrderBy(t => t.Order).ToArray())
        {
            Fail(transfer, 0);
        }

        _requests.Clear();
        _dueOrder.Clear();
    }

    private static Transfer? Find(IEnumerable<Transfer> transfers, string messageId) =>
        transfers.FirstOrDefault(t => t.Message.MessageId == messageId);

    private void Remove(Transfer transfer) => (transfer.Message.IsControl ? _control : _content).Remove(transfer);

    private readonly record struct Request(Transfer Transfer, long Due);
}
