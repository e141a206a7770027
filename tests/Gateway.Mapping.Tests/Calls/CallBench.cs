using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Calls;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Tests.State;
using Gateway.Media.Relay;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>The call service between an XMPP link, a SIP stack and a relay that the test plays, in virtual time.</summary>
internal sealed class CallBench : IAsyncDisposable
{
    public const string Juliet = "juliet@example.org/phone";
    public const string Romeo = "1001%pbx.test@sip.example.org";
    public const string RomeoFull = Romeo + "/sip";
    public const string Sid = "ca3cf894-5325-482f-a412-a6e9f832298d";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // only for a failing test
    private readonly StanzaRouter _router = new();
    private int _ids;

    public CallBench(Func<MappingOptions, MappingOptions>? change = null)
    {
        var options = new MappingOptions
        {
            GatewayDomain = "sip.example.org",
            SipHost = "192.0.2.1",
            LocalDomains = ["example.org"],
            DefaultTrunk = "pbx",
            Trunks = ImmutableDictionary<string, TrunkOptions>.Empty.Add(
                "pbx", new TrunkOptions { Name = "pbx", Uri = "sip:192.0.2.9", Domains = ["pbx.test"], Sources = ["192.0.2.9"] }),
        };
        options = change?.Invoke(options) ?? options;
        var addresses = new AddressPlan(options);
        var policy = new AccessPolicy(options, addresses);
        Service = new CallService(new CallServiceParts(
            options, addresses, new CallAdmission(options.Policy, addresses, policy, Time), Link, Sip, Relay,
            new byte[32], Time, NullLogger<CallService>.Instance)
        {
            Journal = Journal,
        });
        _router.Register(Service);
    }

    public VirtualTime Time { get; } = new();

    public JournalList Journal { get; } = new();

    public FakeLink Link { get; } = new();

    public FakeSip Sip { get; } = new();

    public FakeRelay Relay { get; } = new();

    public CallService Service { get; }

    /// <summary>A message as the stream would hand it over.</summary>
    public StanzaResult Message(string from, string to, string payload, string? id = null, string more = "", string type = "chat") => _router.Handle(
        (MessageStanza)Read($"<message from='{from}' to='{to}' type='{type}' id='{id ?? "m" + ++_ids}'>{payload}{more}</message>"));

    /// <summary>An IQ set as the stream would hand it over.</summary>
    public StanzaResult Iq(string from, string to, string payload)
    {
        var iq = (IqStanza)Read($"<iq from='{from}' to='{to}' type='set' id='q{++_ids}'>{payload}</iq>");
        return _router.Handle(iq, iq.Payloads[0]);
    }

    public StanzaResult Propose(string sid = Sid, string from = Juliet, string to = Romeo, int ns = 0, string more = "", string? id = null) =>
        Message(from, to, $"<propose xmlns='urn:xmpp:jingle-message:{ns}' id='{sid}'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose>", id, more);

    public StanzaResult Jmi(string name, string sid = Sid, string from = Juliet, string inner = "", int ns = 0) =>
        Message(from, RomeoFull, $"<{name} xmlns='urn:xmpp:jingle-message:{ns}' id='{sid}'>{inner}</{name}>");

    public StanzaResult Jingle(string action, string sid = Sid, string from = Juliet, string inner = "") =>
        Iq(from, RomeoFull, $"<jingle xmlns='urn:xmpp:jingle:1' action='{action}' sid='{sid}'>{inner}</jingle>");

    /// <summary>The contents of a client's session-initiate or session-accept.</summary>
    public static string Contents(string setup = "actpass", string creator = "initiator") =>
        $"""
        <content xmlns='urn:xmpp:jingle:1' creator='{creator}' name='0'>
          <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>
            <payload-type id='0' name='PCMU' clockrate='8000'/><payload-type id='126' name='telephone-event' clockrate='8000'/><rtcp-mux/>
          </description>
          <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='uf01' pwd='pwdpwdpwdpwdpwdpwdpwdpwd'>
            <fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='{setup}'>{string.Join(':', Enumerable.Repeat("AB", 32))}</fingerprint>
          </transport>
        </content>
        """;

    /// <summary>An INVITE from the trunk to juliet.</summary>
    public (InviteDecision Decision, FakeCall Call) Invite(string from = "1001", string callId = "sip-call-1", string source = "192.0.2.9", string? sdp = FakeRelay.Phone, string? device = null)
    {
        var call = new FakeCall(callId);
        var invite = new IncomingInvite(
            device is null ? SipUri.Create("juliet", "example.org") : SipUri.Create("juliet", "example.org").WithParameter("gr", device),
            new NameAddr("Romeo", SipUri.Create(from, "pbx.test")),
            new NameAddr(null, SipUri.Create("juliet", "example.org")), callId, "tag-1", sdp, new IPEndPoint(IPAddress.Parse(source), 5060));
        return (Service.OnInvite(invite, call), call);
    }

    public async Task WhenIdle()
    {
        using var patience = new CancellationTokenSource(Patience);
        await Service.WhenEmptyAsync(patience.Token);
    }

    /// <summary>Waits until the call is in a state.</summary>
    public async Task WhenIn(CallState state)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!Service.List().Any(session => session.State == state.ToString()))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    private static Stanza Read(string xml)
    {
        Assert.True(Stanza.TryRead(XElement.Parse(xml), out var stanza, out var fault), fault);
        return stanza;
    }

    /// <summary>Keeps what is sent, and lets a test wait for it.</summary>
    internal sealed class FakeLink : IXmppLink
    {
        private readonly ConcurrentQueue<XElement> _sent = new();
        private readonly Channel<bool> _news = Channel.CreateUnbounded<bool>();

        public bool IsUp { get; set; } = true;

        public ConcurrentQueue<(XElement Iq, Action<IqReply> OnReply)> Requests { get; } = new();

        /// <summary>What an IQ of a given Jingle action is answered with; a result where nothing is said.</summary>
        public ConcurrentDictionary<string, IqReply> Replies { get; } = new();

        public IEnumerable<XElement> Sent => _sent;

        public bool TrySend(XElement stanza)
        {
            _sent.Enqueue(stanza);
            _news.Writer.TryWrite(true);
            return true;
        }

        public void SendIq(XElement iq, TimeSpan timeout, Action<IqReply> onReply)
        {
            TrySend(iq);
            var action = iq.Elements().First().Attribute("action")?.Value ?? "";
            onReply(Replies.GetValueOrDefault(action, new IqReply(IqOutcome.Result, null, null)));
        }

        /// <summary>The first sent stanza with a child of that name (and action, for Jingle).</summary>
        public async Task<XElement> Get(string name, string? action = null)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (true)
            {
                if (_sent.FirstOrDefault(stanza => Has(stanza, name, action)) is { } found)
                {
                    return found;
                }

                await _news.Reader.ReadAsync(patience.Token);
            }
        }

        /// <summary>What session-info told, in its order.</summary>
        public IEnumerable<string> Infos =>
            from stanza in _sent
            from jingle in stanza.Elements()
            where jingle.Attribute("action")?.Value == "session-info"
            select jingle.Elements().First().Name.LocalName;

        public int Count(string name, string? action = null) => _sent.Count(stanza => Has(stanza, name, action));

        private static bool Has(XElement stanza, string name, string? action) => stanza.Elements().Any(
            child => child.Name.LocalName == name && (action is null || child.Attribute("action")?.Value == action));
    }

    /// <summary>A SIP stack whose peer is the test.</summary>
    internal sealed class FakeSip : ISipUserAgent
    {
        private readonly TaskCompletionSource<(OutgoingInvite, FakeCall, ISipCallSink)> _first =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Invites { get; private set; }

        public ConcurrentQueue<OutgoingInvite> All { get; } = new();

        public Task<(OutgoingInvite Invite, FakeCall Call, ISipCallSink Sink)> Invited => _first.Task.WaitAsync(Patience);

        public ISipCall Invite(OutgoingInvite invite, ISipCallSink sink)
        {
            Invites++;
            All.Enqueue(invite);
            var call = new FakeCall(invite.CallId);
            _first.TrySetResult((invite, call, sink));
            return call;
        }

        public Task<SipResult> SendAsync(OutgoingRequest request, CancellationToken cancellationToken) =>
            Task.FromResult(new SipResult(200, "OK", false));
    }

    /// <summary>A leg that writes down what was asked of it.</summary>
    internal sealed class FakeCall(string callId) : ISipCall
    {
        private readonly Channel<bool> _news = Channel.CreateUnbounded<bool>();
        private readonly ConcurrentQueue<string> _done = new();

        public string CallId => callId;

        public IEnumerable<string> Done => _done;

        public void SetContact(SipUri contact) => Contact = contact;

        public SipUri? Contact { get; private set; }

        public void Ring() => Note("180");

        public void Progress(int status, string? sdp) => Note($"{status}");

        /// <summary>The descriptions that the phone was told, in their order.</summary>
        public ConcurrentQueue<string> Told { get; } = new();

        public void Answer(string sdp) => Note("200", sdp);

        public void Refuse(int status, string? phrase = null, SipReason? reason = null, int? retryAfterSeconds = null, SipUri? contact = null, SipWarning? warning = null) => Note($"{status}");

        public void Cancel(SipReason? reason = null) => Note("CANCEL");

        public void Bye(SipReason? reason = null) => Note("BYE");

        public void Reinvite(string sdp) => Note(sdp.Contains("sendonly", StringComparison.Ordinal) ? "re-INVITE sendonly" : "re-INVITE", sdp);

        public void AcceptReinvite(string sdp) => Note(sdp.Contains("recvonly", StringComparison.Ordinal) ? "200 recvonly" : "200 to re-INVITE", sdp);

        public void RefuseReinvite(int status, SipWarning? warning) => Note($"{status} to re-INVITE{(warning is null ? "" : $" with Warning {warning.Code}")}");

        public void SendInfo(SipBody body) => Note($"INFO {body.ContentType} {body.Text.ReplaceLineEndings(" ")}");

        public Task When(string what) => When(done => done == what);

        /// <summary>Waits until a re-INVITE of the phone has its answer, whatever that is.</summary>
        public Task Answers() => When(done => done.StartsWith("200 ", StringComparison.Ordinal) || done.Contains(" to re-INVITE", StringComparison.Ordinal));

        /// <summary>Waits until something like it was done.</summary>
        public async Task When(Predicate<string> isIt)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (!_done.Any(done => isIt(done)))
            {
                await _news.Reader.ReadAsync(patience.Token);
            }
        }

        private void Note(string what, string sdp)
        {
            Told.Enqueue(sdp);
            Note(what);
        }

        private void Note(string what)
        {
            _done.Enqueue(what);
            _news.Writer.TryWrite(true);
        }
    }

    /// <summary>A relay with fixed answers, which can be made to fail.</summary>
    internal sealed class FakeRelay : IMediaRelay
    {
        public const string Phone = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 126\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:126 telephone-event/8000\r\n";

        /// <summary>The formats of what phones are told.</summary>
        public string PlainAudio { get; set; } = "0 126";

        private const string Plain = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0 126\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:126 telephone-event/8000\r\na=sendrecv\r\n";

        private static readonly string Rich =
            "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 30002 UDP/TLS/RTP/SAVPF 0 126\r\na=mid:0\r\n"
            + "a=rtpmap:0 PCMU/8000\r\na=rtpmap:126 telephone-event/8000\r\na=rtcp-mux\r\na=ice-ufrag:gwuf\r\na=ice-pwd:gwpwdgwpwdgwpwdgwpwdgw\r\n"
            + $"a=candidate:1 1 UDP 2130706431 192.0.2.1 30002 typ host\r\na=setup:active\r\na=fingerprint:sha-256 {string.Join(':', Enumerable.Repeat("CD", 32))}\r\n";

        public bool Bundles { get; set; } = true;

        public bool Renumbers { get; set; } = true;

        public bool IsAvailable { get; set; } = true;

        public bool KeepsSessions { get; set; }

        public bool RequiresDtls { get; set; }

        public MediaFault Fault { get; set; }

        /// <summary>What comes of deleting; nothing is deleted unless it succeeds.</summary>
        public MediaFault DeleteFault { get; set; }

        /// <summary>Sessions in the order in which they were deleted.</summary>
        public ConcurrentQueue<string> Deleted { get; } = new();

        public ConcurrentQueue<string> Done { get; } = new();

        public ImmutableArray<MediaEndStatistics> Ends { get; set; } = [];

        public ConcurrentQueue<MediaOffer> Offers { get; } = new();

        /// <summary>What an offer waits for.</summary>
        public Task Gate { get; set; } = Task.CompletedTask;

        public async ValueTask<MediaResult> OfferAsync(MediaOffer offer, CancellationToken cancellationToken)
        {
            await Gate;
            Offers.Enqueue(offer);
            return await Answer("offer", offer.Towards);
        }

        /// <summary>The answer that it was given last.</summary>
        public string Answered { get; private set; } = "";

        public ValueTask<MediaResult> AnswerAsync(MediaAnswer answer, CancellationToken cancellationToken)
        {
            Answered = answer.Sdp;
            return Answer("answer", answer.Towards);
        }

        public ValueTask<MediaResult> TrickleAsync(MediaTrickle trickle, CancellationToken cancellationToken)
        {
            Done.Enqueue("trickle");
            return ValueTask.FromResult(MediaResult.Ok());
        }

        public ValueTask<MediaResult> PlayDigitAsync(MediaDigit digit, CancellationToken cancellationToken)
        {
            Done.Enqueue($"digit {digit.Key} to {digit.ToTag}");
            return ValueTask.FromResult(Fault == MediaFault.None ? MediaResult.Ok() : MediaResult.Failed(Fault, "as the test asked"));
        }

        public ValueTask<MediaResult> DeleteAsync(string sessionId, CancellationToken cancellationToken)
        {
            if (DeleteFault != MediaFault.None)
            {
                return ValueTask.FromResult(MediaResult.Failed(DeleteFault, "as the test asked"));
            }

            Deleted.Enqueue(sessionId);
            Done.Enqueue("delete");
            return ValueTask.FromResult(MediaResult.Ok());
        }

        public ValueTask<MediaStatistics?> QueryAsync(string sessionId, CancellationToken cancellationToken) =>
            ValueTask.FromResult<MediaStatistics?>(new MediaStatistics(Ends));

        public ValueTask<bool> PingAsync(CancellationToken cancellationToken) => ValueTask.FromResult(true);

        private ValueTask<MediaResult> Answer(string verb, MediaProfile towards)
        {
            Done.Enqueue(verb);
            return ValueTask.FromResult(Fault == MediaFault.None
                ? MediaResult.Ok(towards == MediaProfile.PlainRtp ? Plain.Replace("AVP 0 126", $"AVP {PlainAudio}", StringComparison.Ordinal) : Rich)
                : MediaResult.Failed(Fault, "as the test asked"));
        }
    }
}
