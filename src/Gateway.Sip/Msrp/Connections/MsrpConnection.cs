using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Msrp.Sessions;
using Gateway.Sip.Msrp.Wire;

namespace Gateway.Sip.Msrp.Connections;

/// <summary>What carries the octets of a connection. Called on the loop; returns at once.</summary>
internal interface IMsrpLink
{
    /// <summary>There is something to write: ask <see cref="MsrpConnection.Fill"/> when the peer can take it.</summary>
    void Wake();

    /// <summary>Ends the connection once what is being written has gone; <see cref="MsrpHub.Closed"/> follows.</summary>
    void Close();

    /// <summary>Once a second.</summary>
    /// <param name="now">The hub's milliseconds.</param>
    void Tick(long now);
}

/// <summary>How the far end showed who it is.</summary>
/// <param name="IsSecure">TLS.</param>
/// <param name="Certificate">DER of its certificate; empty for none.</param>
internal sealed record MsrpPeer(bool IsSecure, ReadOnlyMemory<byte> Certificate)
{
    internal static MsrpPeer Plain { get; } = new(IsSecure: false, default);
}

/// <summary>
/// One connection with the sessions on it: takes requests apart, finds whose they are, answers. On the loop only; no input or
/// output of its own.
/// </summary>
internal sealed class MsrpConnection(MsrpHub hub, IPAddress? remote, MsrpTarget? target)
{
    /// <summary>Octets of responses and reports that may wait for a peer that does not read; then it is not read either.</summary>
    private const int MostUrgent = 256 * 1024;

    /// <summary>Octets of a refused body that are passed over before the connection is closed (endless chunks).</summary>
    private const int MostIgnored = 1024 * 1024;

    private readonly MsrpFramer _framer = new();
    private readonly OutgoingStream _out = new();
    private readonly HashSet<MsrpSessionCore> _sessions = [];
    private readonly Dictionary<string, Action<MsrpHead?>> _awaiting = [];
    private MsrpSessionCore? _receiving;
    private MsrpHead? _early;
    private long _ignored;

    /// <summary>Where it was accepted from; null when we connected.</summary>
    public IPAddress? Remote => remote;

    /// <summary>Whom it was opened to; null when it was accepted.</summary>
    public MsrpTarget? Target => target;

    public MsrpPeer Peer { get; set; } = MsrpPeer.Plain;

    public IMsrpLink? Link { get; set; }

    public bool IsOpen { get; set; }

    /// <summary>It never came to be, for the certificate at the other end.</summary>
    public bool IsUntrusted { get; set; }

    /// <summary>Whether it waits to be flushed.</summary>
    public bool IsAwake { get; set; }

    /// <summary>Whether its address has one stranger more for it.</summary>
    public bool CountsAsUnbound { get; set; } = remote is not null;

    /// <summary>Whether any session has ever been on it.</summary>
    public bool WasBound { get; private set; }

    /// <summary>Since when nobody uses it, in the hub's milliseconds.</summary>
    public long UnusedSince { get; private set; } = hub.Now;

    public bool IsUnused => _sessions.Count == 0 && _awaiting.Count == 0;

    public IReadOnlyCollection<MsrpSessionCore> Sessions => _sessions;

    /// <summary>
    /// Whether more may be read: a peer that takes no answers gets no further questions, and behind a request that overtook its
    /// description everything waits.
    /// </summary>
    public bool MayRead => _early is null && _out.Urgent.Length < MostUrgent;

    /// <summary>
    /// Whether a request on it may wait. Not where that would hold up others: what a relay of ours passes on, and the other sessions
    /// of a peer.
    /// </summary>
    public bool MayWait(MsrpSessionCore session) =>
        (target is null || target != hub.Relay) && _sessions.All(s => s == session);

    public bool HasOutput => !_out.IsEmpty;

    /// <summary>Takes octets; what is not consumed comes again with more behind it.</summary>
    /// <returns>How many were consumed, or -1: close the connection.</returns>
    public int OnOctets(ReadOnlySpan<byte> octets)
    {
        var rest = octets;
        while (_early is null)
        {
            var kind = _framer.Next(ref rest, out var data);
            switch (kind)
            {
                case MsrpFrameKind.Incomplete:
                    return octets.Length - rest.Length;
                case MsrpFrameKind.Broken:
                    hub.Malformed(this, _framer.Fault);
                    return -1;
                case MsrpFrameKind.Head:
                    OnHead(_framer.Head);
                    break;
                case MsrpFrameKind.Data when !TryTake(data):
                    hub.Malformed(this, "a refused body goes on and on");
                    return -1;
                case MsrpFrameKind.End:
                    _receiving?.OnSendEnd(this, _framer.Head, _framer.Flag);
                    _receiving = null;
                    break;
            }
        }

        return octets.Length - rest.Length;
    }

    /// <summary>What a request waited for has been said, or took too long: it is the peer's by now, or refused.</summary>
    public void GoOn(MsrpHead early)
    {
        if (_early == early && IsOpen)
        {
            _early = null;
            OnSend(early);
            hub.Wake(this); // what came behind it
        }
    }

    /// <summary>Writes as much as there is and fits.</summary>
    public int Fill(Span<byte> to) => _out.Fill(to, hub.Now);

    public void Attach(MsrpSessionCore session)
    {
        WasBound = true;
        hub.NoLongerUnbound(this);
        _sessions.Add(session);
    }

    public void Detach(MsrpSessionCore session)
    {
        if (_sessions.Remove(session))
        {
            _out.Leave(session);
            hub.Wake(this);
            if (_receiving == session)
            {
                _receiving = null;
            }

            UnusedSince = hub.Now;
        }
    }

    /// <summary>The session has something to write.</summary>
    public void Enlist(MsrpSessionCore session)
    {
        _out.Enlist(session);
        hub.Wake(this);
    }

    public void Respond(MsrpHead request, int status)
    {
        // Responses to SEND go to the previous hop, others all the way back (section 7.2).
        var toPath = request.Method == MsrpMethod.Send ? request.FromPath.First.ToString() : request.FromPath.ToString();
        MsrpWriter.Response(_out.Urgent, request.TransactionId, status, toPath, request.ToPath.First.ToString());
        if (status != 200)
        {
            hub.Metrics.Refused();
        }

        hub.Wake(this);
    }

    public void SendEmpty(string transactionId, string toPath, string fromPath)
    {
        MsrpWriter.EmptySend(_out.Urgent, transactionId, toPath, fromPath, MsrpIdentifiers.Message());
        hub.Wake(this);
    }

    public void SendReport(string toPath, string fromPath, string messageId, in MsrpByteRange range, int status)
    {
        MsrpWriter.Report(_out.Urgent, MsrpIdentifiers.Transaction(), toPath, fromPath, messageId, range, status);
        hub.Wake(this);
    }

    /// <summary>AUTH; the answer comes once, or null when there is none in time.</summary>
    public void SendAuth(string toPath, string fromPath, ImmutableArray<MsrpHeader> headers, Action<MsrpHead?> answered)
    {
        var id = MsrpIdentifiers.Transaction();
        _awaiting.Add(id, answered);
        MsrpWriter.Auth(_out.Urgent, id, toPath, fromPath, headers);
        hub.Wake(this);
        hub.After(hub.Limits.Response, () => GiveUp(id));
    }

    /// <summary>The connection is over: nothing will be answered any more.</summary>
    public void GiveUpAll()
    {
        foreach (var id in _awaiting.Keys.ToArray())
        {
            GiveUp(id);
        }
    }

    private void GiveUp(string transactionId)
    {
        if (_awaiting.Remove(transactionId, out var answered))
        {
            UnusedSince = hub.Now;
            answered(null);
        }
    }

    private void OnHead(MsrpHead head)
    {
        _receiving = null;
        _ignored = 0;
        switch (head.Method)
        {
            case MsrpMethod.None:
                OnResponse(head);
                break;
            case MsrpMethod.Report:
                OnReport(head);
                break;
            case MsrpMethod.Send:
                OnSend(head);
                break;
            default:
                Respond(head, head.Fault is null ? 501 : 400);
                break;
        }
    }

    private void OnResponse(MsrpHead head)
    {
        if (_awaiting.Remove(head.TransactionId, out var answered))
        {
            UnusedSince = hub.Now;
            answered(head);
        }
        else if (hub.Find(head.ToPath.Last) is { } session && _sessions.Contains(session))
        {
            session.OnResponse(head);
        }
        else
        {
            hub.Metrics.Stray();
        }
    }

    /// <summary>Never answered, not even when it is wrong (section 7.1.2, MAPPING C-17).</summary>
    private void OnReport(MsrpHead head)
    {
        if (head.Fault is null && hub.Find(head.ToPath.Last) is { } session && _sessions.Contains(session))
        {
            session.OnReport(head);
        }
        else
        {
            hub.Metrics.Stray();
        }
    }

    private void OnSend(MsrpHead head)
    {
        var status = head.Fault is not null ? 400 : Admit(head, out _receiving);
        if (_early is not null)
        {
            return;
        }

        if (status == 0)
        {
            status = _receiving!.OnSendBegin(this, head);
        }

        if (status != 0)
        {
            _receiving = null;
            Refuse(head, status);
        }
    }

    /// <summary>Sections 5.4 and 7.3: whose request it is. A request that reached its end has one URI in its To-Path.</summary>
    private int Admit(MsrpHead head, out MsrpSessionCore? session)
    {
        session = head.ToPath.Uris.Length == 1 ? hub.Find(head.ToPath.Last) : null;
        if (session is null)
        {
            return 481;
        }

        var mayBeTheirs = session.MayComeFrom(head.FromPath, Peer);
        if (mayBeTheirs && session.Connection is null)
        {
            session.OnFound(this, head);
        }

        if (mayBeTheirs && session.Connection is { } bound)
        {
            return bound == this ? 0 : 506;
        }

        if (session.TryHold(this, head))
        {
            _early = head;
        }

        return 481;
    }

    private bool TryTake(ReadOnlySpan<byte> data)
    {
        if (_receiving is null)
        {
            _ignored += data.Length;
            return _ignored <= (_framer.Head.Method == MsrpMethod.Send ? MostIgnored : MsrpLimits.ControlBody);
        }

        var status = _receiving.OnSendData(data);
        if (status != 0)
        {
            _receiving = null;
            Refuse(_framer.Head, status); // at once: the sender is to interrupt the chunk (section 10.5)
        }

        return true;
    }

    private void Refuse(MsrpHead head, int status)
    {
        if (head.FailureReport != MsrpFailureReport.No)
        {
            Respond(head, status);
        }
        else
        {
            hub.Metrics.Refused();
        }
    }
}
