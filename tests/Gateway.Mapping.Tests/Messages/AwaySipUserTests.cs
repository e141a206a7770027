using Gateway.Mapping.Chats;
using Gateway.Mapping.Configuration;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Messages;

/// <summary>A SIP user whom no session reaches, in virtual time: what was said waits, in order, until its deadline.</summary>
public sealed class AwaySipUserTests : IDisposable
{
    private static readonly StanzaError Away = new(StanzaErrorCondition.RecipientUnavailable, "SIP 480", "wait");

    private MessageBench _bench = new(new MessageOptions());

    public void Dispose() => _bench.Dispose();

    [Fact] // C-2: nothing vanishes, nothing twice, what is typed meanwhile does not overtake
    public async Task What_a_session_could_not_bring_is_delivered_as_MESSAGE_when_the_phone_returns()
    {
        var isAway = true;
        _bench.Phone.Answers = _ => isAway ? new SipResult(480, "Away", false) : new SipResult(200, "OK", false);
        Say("one", "two");
        RefuseSession();
        Say("three");
        await AdvanceAsync(() => _bench.Phone.Requests.Count >= 3);
        Assert.All(_bench.Phone.Texts, text => Assert.Equal("one", text));

        isAway = false;
        await AdvanceAsync(() => _bench.Sessions.Taken.Count == 1);
        var delivered = _bench.Phone.Texts.ToList();
        Assert.Equal(["one", "two"], delivered[delivered.LastIndexOf("one")..]);
        Assert.Equal("three", _bench.Sessions.Taken[0].Stanza.Id); // somebody is there: a session again
        _bench.Sessions.Taken[0].Completed(new ChatOutcome.Delivered());
        Assert.Equal(0, _bench.Service.Waiting);
        Assert.Empty(_bench.Link.Sent);
    }

    [Fact] // the deadline counts from when it was said, for each
    public async Task Who_does_not_return_gives_one_error_for_each_message_at_its_deadline()
    {
        _bench.Phone.Answers = _ => new SipResult(480, "Away", false);
        var began = _bench.Time.GetUtcNow();
        Say("one", "two", "three");
        RefuseSession();
        await AdvanceAsync(() => _bench.Service.Waiting == 0);

        Assert.Equal(["one", "two", "three"], _bench.Link.Sent.Select(stanza => stanza.Attribute("id")!.Value));
        Assert.All(_bench.Link.Sent, stanza => Assert.Equal("recipient-unavailable", stanza.Element("error")!.Elements().First().Name.LocalName));
        Assert.InRange(_bench.Time.GetUtcNow() - began, TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(15));
    }

    [Fact] // an INVITE that nobody answered took longer than the deadline: one MESSAGE is tried, and those behind it are not
    public async Task A_session_that_took_too_long_leaves_one_try_for_all()
    {
        _bench.Phone.Answers = _ => new SipResult(408, "Timeout", true);
        Say("one", "two");
        _bench.Time.Advance(TimeSpan.FromMinutes(3));
        RefuseSession();
        await AdvanceAsync(() => _bench.Service.Waiting == 0);

        Assert.Equal(["one"], _bench.Phone.Texts);
        Assert.Equal(["one", "two"], _bench.Link.Sent.Select(stanza => stanza.Attribute("id")!.Value));
    }

    [Fact] // forced sessions: 1, 2, 4 ... s, until there is one
    public async Task In_session_mode_the_session_is_opened_again_until_it_is_there()
    {
        Use(new MessageOptions { Chat = ChatMode.Session });
        Say("one", "two");
        RefuseSession();
        Assert.Equal(TimeSpan.FromSeconds(1), await NextTimerAsync());
        await AdvanceAsync(() => _bench.Sessions.Taken.Count == 2);
        RefuseSession();
        Assert.Equal(TimeSpan.FromSeconds(2), await NextTimerAsync());
        await AdvanceAsync(() => _bench.Sessions.Taken.Count == 2);
        RefuseSession(retryAfter: 30); // RFC 3261 section 20.33
        Assert.Equal(TimeSpan.FromSeconds(30), await NextTimerAsync());
        Say("three");
        await AdvanceAsync(() => _bench.Sessions.Taken.Count == 3);
        foreach (var (_, completed) in _bench.Sessions.Taken)
        {
            completed(new ChatOutcome.Delivered());
        }

        Assert.Equal(["one", "two", "three"], _bench.Sessions.Taken.Select(taken => taken.Stanza.Id!));
        Assert.Equal(0, _bench.Service.Waiting);
        Assert.Empty(_bench.Link.Sent);
        Assert.Empty(_bench.Phone.Requests);
    }

    [Fact]
    public async Task In_session_mode_a_session_that_never_opens_gives_errors_at_the_deadline()
    {
        Use(new MessageOptions { Chat = ChatMode.Session });
        var began = _bench.Time.GetUtcNow();
        Say("one", "two");
        while (_bench.Service.Waiting > 0)
        {
            RefuseSession();
            await AdvanceAsync(() => _bench.Sessions.Taken.Count > 0 || _bench.Service.Waiting == 0);
        }

        Assert.Equal(["one", "two"], _bench.Link.Sent.Select(stanza => stanza.Attribute("id")!.Value));
        Assert.InRange(_bench.Time.GetUtcNow() - began, TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(2));
        Assert.Empty(_bench.Phone.Requests);
    }

    [Fact] // a stop in the middle of the waiting
    public async Task What_waits_for_a_session_at_the_end_comes_back_to_its_sender()
    {
        Use(new MessageOptions { Chat = ChatMode.Session });
        _bench.Sessions.MayOpen = true;
        Say("one", "two");
        RefuseSession();
        await NextTimerAsync();
        _bench.Service.BeginDrain();
        _bench.Sessions.MayOpen = false;
        _bench.Service.HangUpAll();
        await _bench.Service.WhenEmptyAsync(default);

        Assert.Equal(["one", "two"], _bench.Link.Sent.Select(stanza => stanza.Attribute("id")!.Value));
    }

    private void Say(params string[] texts)
    {
        foreach (var text in texts)
        {
            _bench.Say(Stanzas.Chat(text));
        }
    }

    /// <summary>The INVITE is refused: the session is gone, and all that waited for it come back.</summary>
    private void RefuseSession(int? retryAfter = null)
    {
        var waiting = _bench.Sessions.Taken.ToList();
        _bench.Sessions.Exists = false;
        _bench.Sessions.Taken.Clear();
        foreach (var (_, completed) in waiting)
        {
            completed(new ChatOutcome.Unsent(480, Away, retryAfter));
        }
    }

    private async Task<TimeSpan?> NextTimerAsync()
    {
        await Eventually.HoldsAsync(() => _bench.Time.NextTimerIn is not null);
        return _bench.Time.NextTimerIn;
    }

    private Task AdvanceAsync(Func<bool> done) => Eventually.HoldsAsync(() =>
    {
        if (!done())
        {
            _bench.Time.AdvanceToNextTimer();
        }

        return done();
    });

    private void Use(MessageOptions options)
    {
        _bench.Dispose();
        _bench = new MessageBench(options);
    }
}
