using Gateway.Mapping.Addresses;
using Gateway.Mapping.Chats;
using Gateway.Mapping.Policy;
using Gateway.Mapping.State;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Mapping.Tests.Calls;
using Gateway.Mapping.Tests.Messages;
using Gateway.Mapping.Tests.State;
using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.Chats;

/// <summary>A mistake of ours between two steps of a session: its words are answered for, its INVITE is ended, and its thread is free.</summary>
public sealed class ChatFaultTests : IAsyncDisposable
{
    private readonly VirtualTime _time = new();
    private readonly CallBench.FakeLink _link = new();
    private readonly CallBench.FakeSip _sip = new();
    private readonly ThreadTable _threads;
    private readonly AddressPlan _plan = new(Plans.Options);
    private readonly ChatService _service;

    public ChatFaultTests()
    {
        _threads = new ThreadTable(new JournalList(), _time);
        var policy = new AccessPolicy(Plans.Options, _plan);
        _service = new ChatService(new ChatServiceParts(
            Plans.Options, _plan, new CallAdmission(Plans.Options.Policy, _plan, policy, _time), _link, _sip, new Msrp(), _threads,
            IsMsrpSecure: false, _time, NullLogger<ChatService>.Instance));
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact] // MAPPING C-2
    public async Task Words_of_a_session_that_meets_a_mistake_of_ours_come_back_and_its_INVITE_is_ended()
    {
        var outcomes = new List<ChatOutcome>();
        var stanza = Stanzas.Chat("hello", thread: "t1");
        Assert.True(_plan.TryToSip(stanza.To, out var target, out _));
        Assert.True(_plan.TryCanonical(stanza.To, out var sipUser, out _));
        Assert.Equal(ChatTaking.Taken, _service.Open(stanza, new ChatRoute(target, sipUser, _plan.XmppCallerToSip(stanza.From)), outcomes.Add));
        var (_, leg, sink) = await _sip.Invited;

        sink.TryPost(new SipCallEvent.Answered("v=0"));

        Assert.IsType<ChatOutcome.Unsent>(Assert.Single(outcomes));
        _time.Advance(TimeSpan.FromSeconds(60)); // nobody answers a CANCEL that came too late
        await leg.When("BYE");
        await _service.WhenEmptyAsync(CancellationToken.None).WaitAsync(Eventually.Patience);
        Assert.Equal(0, _time.ArmedTimers);
        Assert.NotEqual(_threads.CallIdOf(stanza.From, sipUser, "t1"), _threads.OpenDialog(stanza.From, sipUser, "t1")); // N-42
    }

    private sealed class Msrp : IMsrpEndpoint
    {
        public IMsrpSession Create(MsrpTerms terms, IMsrpSink sink) => new Session();
    }

    /// <summary>Breaks when it is answered.</summary>
    private sealed class Session : IMsrpSession
    {
        public MsrpPath LocalPath => throw new NotSupportedException();

        public MsrpMedia? Remote => null;

        public bool IsConnected => false;

        public ValueTask<MsrpPreparation> PrepareAsync(CancellationToken cancellationToken) => ValueTask.FromResult(MsrpPreparation.Ready);

        public void TakeNewPath()
        {
        }

        public string Offer(MsrpTerms? terms = null) => "v=0";

        public void Expect()
        {
        }

        public void KeepDescription()
        {
        }

        public bool TryAcceptAnswer(string description, out string fault) => throw new InvalidOperationException("ours");

        public bool TryAnswer(string offer, MsrpTerms? terms, out string answer, out MsrpRefusal fault) => throw new NotSupportedException();

        public MsrpSendResult Send(MsrpOutgoingMessage message) => MsrpSendResult.Closed;

        public void Succeed(MsrpIncomingMessage message)
        {
        }

        public void Fail(MsrpIncomingMessage message, int status)
        {
        }

        public void Close()
        {
        }
    }
}
