using Gateway.Sip.Msrp.Sessions;
using Gateway.Sip.Msrp.Wire;

namespace Gateway.Sip.Msrp.Connections;

/// <summary>A session as the sending side of its connection sees it.</summary>
internal interface IStreamSession
{
    Outbox Outbox { get; }

    string ToPath { get; }

    string FromPath { get; }

    /// <summary>Octets of a body after which a chunk ends though nobody else waits.</summary>
    int Chunk { get; }

    /// <summary>Whether it waits for its turn.</summary>
    bool IsListed { get; set; }
}

/// <summary>
/// What goes out on one connection, asked for piece by piece as the peer takes it: responses and reports first, then the
/// messages of its sessions in turn. A long chunk is interrupted when anything else waits (RFC 4975 section 7.1.1,
/// MAPPING C-14). No input or output of its own.
/// </summary>
internal sealed class OutgoingStream
{
    /// <summary>Octets of a body that a session may write before its neighbours are served; never below 2,048.</summary>
    internal const int Turn = 8_192;

    private readonly OctetQueue _urgent = new();
    private readonly OctetQueue _line = new();
    private readonly LinkedList<IStreamSession> _ready = new();
    private IStreamSession? _session;
    private Transfer? _open;
    private string _transactionId = "";
    private int _written;

    /// <summary>Responses and reports, written whole into this.</summary>
    public OctetQueue Urgent => _urgent;

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _open is null && _line.Length == 0 && _urgent.Length == 0 && _ready.Count == 0;

    /// <summary>The session has something to write.</summary>
    public void Enlist(IStreamSession session)
    {
        if (session != _session && !session.IsListed && session.Outbox.HasWork)
        {
            session.IsListed = true;
            _ready.AddLast(session);
        }
    }

    /// <summary>The session has left the connection; a chunk of it that is open is given up.</summary>
    public void Leave(IStreamSession session)
    {
        if (session.IsListed)
        {
            session.IsListed = false;
            _ready.Remove(session);
        }

        if (session == _session && _open is not null)
        {
            MsrpWriter.EndBody(_line, _transactionId, MsrpFlag.Aborted);
            _open = null;
            _session = null;
        }
    }

    /// <summary>Writes as much as there is and fits; returns how much.</summary>
    public int Fill(Span<byte> to, long now)
    {
        var filled = 0;
        while (filled < to.Length)
        {
            var rest = to[filled..];
            if (_line.Length > 0)
            {
                filled += _line.MoveTo(rest);
            }
            else if (_open is not null)
            {
                filled += Body(rest, now);
            }
            else if (_urgent.Length > 0)
            {
                filled += _urgent.MoveTo(rest);
            }
            else if (!TryBegin())
            {
                break;
            }
        }

        return filled;
    }

    /// <summary>Begins a chunk of the session whose turn it is.</summary>
    private bool TryBegin()
    {
        while (_ready.First is { } first)
        {
            _ready.RemoveFirst();
            first.Value.IsListed = false;
            if (first.Value.Outbox.HasWork)
            {
                Begin(first.Value);
                return true;
            }
        }

        return false;
    }

    private void Begin(IStreamSession session)
    {
        var transfer = session.Outbox.Next();
        var length = transfer.Message.Body.Length;
        _session = session;
        _open = transfer;
        _written = 0;
        _transactionId = transfer.NewTransactionId();
        MsrpWriter.SendHead(
            _line, _transactionId, session.ToPath, session.FromPath, transfer.Message,
            new MsrpByteRange(transfer.Position + 1, transfer.IsLong ? null : length, length));
        session.Outbox.Began(transfer, _transactionId);
    }

    /// <summary>A piece of the open body, or its end.</summary>
    private int Body(Span<byte> to, long now)
    {
        var transfer = _open!;
        var body = transfer.Message.Body.Span[transfer.Position..];
        if (transfer.IsGivenUp)
        {
            End(MsrpFlag.Aborted, now);
            return 0;
        }

        if (body.IsEmpty)
        {
            End(MsrpFlag.Last, now);
            return 0;
        }

        if (_written >= _session!.Chunk || (_written >= 2048 && body.Length > 2048 && MustYield()))
        {
            End(MsrpFlag.More, now);
            return 0;
        }

        // A chunk that may be interrupted is written a turn at a time, so that the question is asked again.
        var length = Math.Min(Math.Min(body.Length, to.Length), Math.Min(Turn, _session.Chunk - _written));
        body[..length].CopyTo(to);
        transfer.Position += length;
        _written += length;
        return length;
    }

    private bool MustYield() =>
        _urgent.Length > 0 || _session!.Outbox.WantsBetween(_open!) || (_written >= Turn && _ready.Count > 0);

    private void End(MsrpFlag flag, long now)
    {
        var (session, transfer) = (_session!, _open!);
        _open = null;
        _session = null;
        MsrpWriter.EndBody(_line, _transactionId, flag);
        session.Outbox.Ended(transfer, _transactionId, flag, now);
        Enlist(session);
    }
}
