using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Msrp.Negotiation;
using Gateway.Sip.Msrp.Wire;

namespace Gateway.Sip.Msrp.Sessions;

/// <summary>A session on the loop: its binding, its two halves, and what its owner is told. No input or output of its own.</summary>
internal sealed class MsrpSessionCore : IStreamSession, IOutboxOwner
{
    private const int ToRelays = 2_048;
    private const int ToEnds = 65_536;

    private readonly MsrpHub _hub;
    private readonly IMsrpSink _sink;
    private readonly SendRoom _room;
    private readonly Inbox _inbox;
    private readonly Queue<Unreported> _unreported = new();
    private readonly EarlyRequests _early;
    private Binding _binding;
    private string? _firstTransaction;
    private MsrpPath? _foundFrom;
    private long _due = long.MaxValue;
    private (long Due, Action Work)? _later;

    public MsrpSessionCore(MsrpHub hub, MsrpTerms terms, IMsrpSink sink, SendRoom room)
    {
        _hub = hub;
        _sink = sink;
        _room = room;
        _inbox = new Inbox(hub.Limits) { Terms = terms };
        _binding = new Binding(hub.Limits);
        _early = new EarlyRequests(hub);
        Outbox = new Outbox(this, hub.Limits, (long)hub.Limits.Response.TotalMilliseconds);
    }

    public Outbox Outbox { get; }

    public string ToPath { get; private set; } = "";

    public string FromPath { get; private set; } = "";

    /// <summary>
    /// Relays pass whole requests on, and may hold them in small buffers, so they get chunks of 2,048 octets, as large as one may be
    /// without being interruptible (RFC 4975 section 7.1.1); ends get more at a time, and each is answered in time on slow lines.
    /// </summary>
    public int Chunk { get; private set; } = ToEnds;

    public bool IsListed { get; set; }

    /// <summary>The URI by which the peer reaches this session.</summary>
    public MsrpUri? Uri { get; set; }

    /// <summary>The connection bound to the session.</summary>
    public MsrpConnection? Connection { get; private set; }

    /// <summary>What of the descriptions concerns the wire; null before they were exchanged.</summary>
    public MsrpPlan? Plan { get; private set; }

    public BindingState State => _binding.State;

    /// <summary>Whether a connection is bound; read by other threads.</summary>
    public bool IsConnected => Volatile.Read(ref _isConnected);

    private bool _isConnected;

    /// <summary>Descriptions were exchanged.</summary>
    public void Describe(MsrpPlan plan)
    {
        var isChanged = Plan is { } old && !old.IsSamePlace(plan);
        Plan = plan;
        FromPath = plan.Local.Last.ToString();
        ToPath = plan.ToPath.ToString();
        Chunk = plan.ToPath.Uris.Length > 1 ? ToRelays : ToEnds;
        _inbox.Terms = plan.Terms;
        Do(new BindingEvent.Described(plan.ConnectTo, isChanged));
        if (_binding.State == BindingState.Bound && Connection is { } connection)
        {
            Verify(connection);
        }

        _early.Settle();
    }

    /// <summary>Descriptions are being exchanged anew.</summary>
    public void Expect() => _early.Expect();

    /// <summary>What was described before holds.</summary>
    public void Keep() => _early.Settle();

    /// <summary>A request that is not the peer's as it was described may become so.</summary>
    public bool TryHold(MsrpConnection connection, MsrpHead head) =>
        Plan is not null && connection.MayWait(this) && _early.TryHold(connection, head);

    /// <summary>New terms of ours, told in an offer: they hold at once for what is received.</summary>
    public void SetTerms(MsrpTerms terms) => _inbox.Terms = terms;

    public void Send(MsrpOutgoingMessage message)
    {
        if (_binding.State == BindingState.Closed)
        {
            Finish(message);
            _sink.OnSendFailed(message.MessageId, 0);
            return;
        }

        Outbox.Add(message);
        Connection?.Enlist(this);
    }

    public void Report(MsrpIncomingMessage message, int status)
    {
        _inbox.Decide(message.MessageId, status == 200 ? MessageFate.Succeeded : MessageFate.Failed);
        var isWished = status == 200 ? message.SuccessReport : message.FailureReport != MsrpFailureReport.No;
        if (!isWished)
        {
            return;
        }

        if (Connection is null || Plan is null)
        {
            if (_unreported.Count < _hub.Limits.AwaitedReports && _binding.State != BindingState.Closed)
            {
                _unreported.Enqueue(new Unreported(message.MessageId, message.Body.Length, status));
            }

            return;
        }

        SendReport(new Unreported(message.MessageId, message.Body.Length, status));
    }

    public void Close()
    {
        Do(new BindingEvent.Closing());
        Outbox.Close();
        _unreported.Clear();
        _early.Settle();
    }

    /// <summary>One thing to do after a while, unless the session is closed by then; another takes its place.</summary>
    public void Later(TimeSpan time, Action work) => _later = (_hub.Now + (long)time.TotalMilliseconds, work);

    /// <summary>Once a second.</summary>
    public void Tick(long now)
    {
        if (_later is { } later && now >= later.Due)
        {
            _later = null;
            later.Work();
        }

        if (now >= _due)
        {
            _due = long.MaxValue;
            Do(new BindingEvent.Due());
        }

        Outbox.Expire(now);
        _inbox.Expire(now - (long)_hub.Limits.Assembly.TotalMilliseconds);
    }

    public void OnOpened(MsrpConnection connection) => Do(new BindingEvent.Opened(connection));

    public void OnNotOpened(bool isUntrusted) => Do(new BindingEvent.NotOpened(isUntrusted));

    public void OnBroken()
    {
        _inbox.Interrupted();
        Do(new BindingEvent.Broken());
    }

    /// <summary>A request for this session came on a connection that is not bound to it yet.</summary>
    public void OnFound(MsrpConnection connection, MsrpHead head)
    {
        _foundFrom = Plan is null ? head.FromPath : null; // with a description it was held against that
        Do(new BindingEvent.Found(connection));
    }

    /// <summary>Whether a request that names this session may be the peer's.</summary>
    public bool MayComeFrom(MsrpPath from, MsrpPeer peer) =>
        Plan is null || ((_hub.Options.MatchSessionIdOnly || from.Last.Equals(Plan.Remote.Path.Last)) && Plan.Trusts(peer));

    /// <summary>A SEND begins; 0, or the status that refuses it.</summary>
    public int OnSendBegin(MsrpConnection connection, MsrpHead head)
    {
        if (connection != Connection)
        {
            return 506;
        }

        return head.HasBody ? _inbox.Begin(head, _hub.Now) : 0;
    }

    public int OnSendData(ReadOnlySpan<byte> data) => _inbox.Data(data);

    public void OnSendEnd(MsrpConnection connection, MsrpHead head, MsrpFlag flag)
    {
        if (!head.HasBody)
        {
            Answer(connection, head, 200);
            return;
        }

        var received = _inbox.End(flag);
        var status = received.Status;
        if (received.Message is { } message)
        {
            if (received.IsRepeated)
            {
                Answer(connection, head, 200);
                ReportAgain(message);
                return;
            }

            _hub.Metrics.Received();
            _sink.OnMessage(message);
            status = message.Answer();
            if (status != 200)
            {
                _inbox.Decide(message.MessageId, MessageFate.Failed);
            }
        }

        Answer(connection, head, status);
    }

    public void OnResponse(MsrpHead head)
    {
        if (head.TransactionId == _firstTransaction)
        {
            _firstTransaction = null;
        }
        else if (Outbox.Answered(head.TransactionId, head.Status) is { } report)
        {
            _sink.OnReport(report);
        }

        if (head.Status is 481 or 506)
        {
            Do(new BindingEvent.Disowned());
        }
    }

    public void OnReport(MsrpHead head)
    {
        if (head.ReportStatus is not { } status || Outbox.Reported(head.MessageId!, status, head.ByteRange) is not { } report)
        {
            _hub.Metrics.Stray();
            return;
        }

        _sink.OnReport(report);
        if (status is 481 or 506)
        {
            Do(new BindingEvent.Disowned());
        }
    }

    void IOutboxOwner.OnSent(Transfer transfer)
    {
        Finish(transfer.Message);
        _hub.Metrics.Sent();
        _sink.OnSent(transfer.Message.MessageId);
    }

    void IOutboxOwner.OnFailed(Transfer transfer, int status)
    {
        Finish(transfer.Message);
        _hub.Metrics.Failed();
        _sink.OnSendFailed(transfer.Message.MessageId, status);
    }

    private void Finish(MsrpOutgoingMessage message) => _room.Leave(message.Body.Length);

    private static void Answer(MsrpConnection connection, MsrpHead head, int status)
    {
        // Section 7.1.4: "no" is never answered, "partial" only when something is wrong.
        if (head.FailureReport == MsrpFailureReport.Yes || (head.FailureReport == MsrpFailureReport.Partial && status != 200))
        {
            connection.Respond(head, status);
        }
    }

    private void ReportAgain(MsrpIncomingMessage message)
    {
        _hub.Metrics.Repeated();
        var (fate, length) = _inbox.FateOf(message.MessageId);
        if (fate == MessageFate.Succeeded && message.SuccessReport && Plan is not null)
        {
            SendReport(new Unreported(message.MessageId, length, 200));
        }
    }

    private void SendReport(Unreported report) => Connection?.SendReport(
        ToPath, FromPath, report.MessageId, new MsrpByteRange(1, report.Length, report.Length), report.Status);

    private void Do(BindingEvent e)
    {
        (_binding, var effects) = _binding.On(e);
        foreach (var effect in effects)
        {
            Run(effect);
        }
    }

    private void Run(BindingEffect effect)
    {
        switch (effect)
        {
            case BindingEffect.Connect connect:
                _hub.Connect(this, connect.Target);
                break;
            case BindingEffect.SetTimer timer:
                _due = _hub.Now + (long)timer.After.TotalMilliseconds;
                break;
            case BindingEffect.StopTimer:
                _due = long.MaxValue;
                break;
            case BindingEffect.Attach attach:
                Connection = attach.Connection;
                Connection.Attach(this);
                break;
            case BindingEffect.Detach:
                Volatile.Write(ref _isConnected, false);
                Outbox.Suspend();
                Connection?.Detach(this);
                Connection = null;
                break;
            case BindingEffect.SendFirst:
                _firstTransaction = MsrpIdentifiers.Transaction();
                Connection!.SendEmpty(_firstTransaction, ToPath, FromPath);
                break;
            case BindingEffect.TellConnected:
                GoOn();
                break;
            case BindingEffect.TellLost lost:
                _hub.Metrics.Lost();
                _sink.OnConnectionLost(lost.Why);
                break;
        }
    }

    /// <summary>The connection is there: reports and messages that waited go first.</summary>
    private void GoOn()
    {
        Volatile.Write(ref _isConnected, true);
        _sink.OnConnected();
        if (Plan is not null)
        {
            Open();
        }
    }

    private void Open()
    {
        while (_unreported.TryDequeue(out var report))
        {
            SendReport(report);
        }

        Outbox.Open();
        Connection?.Enlist(this);
    }

    /// <summary>If the peer's first SEND overtook its description, it is known now who that should have been.</summary>
    private void Verify(MsrpConnection connection)
    {
        if (_foundFrom is { } from && !MayComeFrom(from, connection.Peer))
        {
            Do(new BindingEvent.Distrusted());
        }
        else if (!Outbox.IsOpen)
        {
            Open();
        }

        _foundFrom = null;
    }

    private readonly record struct Unreported(string MessageId, long Length, int Status);
}
