using Gateway.Interop.Tests.Sites;

namespace Gateway.Interop.Tests.Chats;

/// <summary>Forms that are wrong, or wrong at this moment: each gets its error, and the session of two others goes on.</summary>
public abstract class NegotiatedChatBadInputTests(GatewaySite site) : NegotiatedChatTest(site)
{
    private protected const string FormType = "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:ssn</value></field>";
    private protected const string Accept = "<field var='accept' type='boolean'><value>1</value></field>";

    [Theory] // XEP-0004 section 3, XEP-0020, XEP-0155; N-4, N-5, N-45
    [InlineData("no FORM_TYPE", "<thread>t</thread>", "<x xmlns='jabber:x:data' type='form'>" + Accept + "</x>", "bad-request")]
    [InlineData("FORM_TYPE of something else", "<thread>t</thread>", "<x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>urn:example</value></field>" + Accept + "</x>", "service-unavailable")] // N-12
    [InlineData("no thread", "", "<x xmlns='jabber:x:data' type='form'>" + FormType + Accept + "</x>", "bad-request")]
    [InlineData("no form", "<thread>t</thread>", "", "bad-request")]
    [InlineData("two forms", "<thread>t</thread>", "<x xmlns='jabber:x:data' type='form'>" + FormType + Accept + "</x><x xmlns='jabber:x:data' type='form'>" + FormType + Accept + "</x>", "bad-request")]
    [InlineData("no type", "<thread>t</thread>", "<x xmlns='jabber:x:data'>" + FormType + Accept + "</x>", "bad-request")]
    [InlineData("a type that is none", "<thread>t</thread>", "<x xmlns='jabber:x:data' type='question'>" + FormType + Accept + "</x>", "bad-request")]
    [InlineData("no boolean", "<thread>t</thread>", "<x xmlns='jabber:x:data' type='form'>" + FormType + "<field var='accept' type='boolean'><value>perhaps</value></field></x>", "bad-request")]
    [InlineData("two values", "<thread>t</thread>", "<x xmlns='jabber:x:data' type='form'>" + FormType + "<field var='accept' type='boolean'><value>1</value><value>0</value></field></x>", "bad-request")]
    [InlineData("an unknown required field", "<thread>t</thread>", "<x xmlns='jabber:x:data' type='form'>" + FormType + Accept + "<field var='urn:example:telepathy' type='boolean'><value>1</value><required/></field></x>", "feature-not-implemented")]
    public Task Form_that_cannot_be_read_gets_its_error_and_disturbs_nobody(string what, string thread, string form, string condition)
    {
        Assert.NotEmpty(what);
        return GetsErrorAsync(thread, form, condition);
    }

    private protected async Task GetsErrorAsync(string thread, string form, string condition)
    {
        var (phone, juliet, running) = await TalkAsync("1.2", toSip: true);
        var eve = await ClientAsync("1.2");
        var invited = phone.Events.All.Count(e => e.Kind == "invited");

        await eve.Phone.SendXmlAsync(
            $"<message xmlns='jabber:client' to='{Romeo}' id='bad'>{thread}<feature xmlns='{ChatClient.FeatureNegotiation}'>{form}</feature></message>");

        Assert.Equal(condition, (await eve.SeesErrorAsync("bad")).Condition);
        await SaidAsync(phone, juliet, running, "undisturbed");
        Assert.Equal(invited, phone.Events.All.Count(e => e.Kind == "invited"));
    }

    [Theory] // N-20: before there is anything to renegotiate
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Renegotiation_before_the_phone_has_answered_is_unexpected(string version)
    {
        var phone = await PhoneAsync(new { on_invite = "ring" });
        var juliet = await ClientAsync(version);
        var thread = Guid.NewGuid().ToString("N");
        await juliet.InitiateAsync(Romeo, thread, juliet.States(true));
        await phone.SeesAsync("invited", thread);

        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.States(false), "early");

        Assert.Equal("unexpected-request", (await juliet.SeesErrorAsync("early")).Condition);
        await phone.CommandAsync("pick", new { call = thread });
        Assert.Equal("1", (await juliet.SeesFormAsync("submit", "accept")).Values["accept"]); // what was asked first still holds
    }

    [Theory] // the same while she is the one who is asked
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Renegotiation_before_the_user_has_answered_is_unexpected(string version)
    {
        var phone = await PhoneAsync();
        var juliet = await KnownClientAsync(version);
        var call = await InviteAsync(phone, juliet);
        var form = await juliet.SeesFormAsync("form", "accept");

        await juliet.RenegotiateAsync(RomeoFull, form.Thread!, juliet.States(false), "early");

        Assert.Equal("unexpected-request", (await juliet.SeesErrorAsync("early")).Condition);
        await juliet.ReplyAsync(RomeoFull, form.Thread!, accepts: true, id: form.Id!);
        await phone.SeesAsync("answered", call);
    }

    [Theory] // N-20: a known thread, whatever else the form says
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Initiation_in_a_thread_that_lives_is_a_renegotiation(string version)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: true);
        var before = juliet.Phone.Events.Count;

        await juliet.InitiateAsync(RomeoFull, thread, juliet.States(false), id: "again");

        await phone.SeesAsync("reinvited", thread);
        Assert.Equal(juliet.IsOld ? "0" : "mustnot", (await juliet.SeesFormAsync("submit", StatesField, before)).Values[StatesField]);
        Assert.Single(phone.Events.All, e => e.Kind == "invited");
        await SaidAsync(phone, juliet, thread, "as before");
    }

    [Theory] // a thread that ordinary chat has already
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Initiation_in_the_thread_of_an_ordinary_chat_is_a_conflict(string version)
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync(version);
        await juliet.SayAsync(Romeo, "plain", "Art thou not Romeo?");
        var call = (await phone.SeesAsync("invited"))["call"]!;
        await phone.ReceivesAsync("Art thou not Romeo?", call);

        await juliet.InitiateAsync(Romeo, "plain", juliet.States(true), id: "taken");

        Assert.Equal("conflict", (await juliet.SeesErrorAsync("taken")).Condition);
        await juliet.SayAsync(Romeo, "plain", "And a Montague?");
        await phone.ReceivesAsync("And a Montague?", call);
    }

    [Theory] // N-27
    [InlineData("0.8", 0)]
    [InlineData("1.2", 0)]
    [InlineData("0.8", 1024)]
    public async Task Resource_that_cannot_be_one_is_not_gone_on_with(string version, int octets)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: true);

        await juliet.MoveAsync(RomeoFull, thread, new string('x', octets), "nowhere");

        Assert.Equal("feature-not-implemented", (await juliet.SeesErrorAsync("nowhere")).Condition);
        await SaidAsync(phone, juliet, thread, "where she was");
    }

    [Theory] // N-2: what is said beside a form is not said
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Body_beside_a_form_reaches_nobody(string version)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: true);
        var form = juliet.IsOld ? "http://jabber.org/protocol/chatneg" : "urn:xmpp:ssn";

        await juliet.Phone.SendXmlAsync(
            $"<message xmlns='jabber:client' to='{RomeoFull}' id='talking'><thread>{thread}</thread><body>a form for old clients</body><feature xmlns='{ChatClient.FeatureNegotiation}'>"
            + $"<x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>{form}</value></field>{juliet.States(true)}</x></feature></message>");

        await SaidAsync(phone, juliet, thread, "afterwards");
        Assert.DoesNotContain("a form for old clients", await phone.TextsAsync(thread));
        Assert.DoesNotContain(phone.Events.All, e => e.Kind == "sip_message");
    }

    [Theory] // N-35, N-47, N-48: of a session of others as well as of none
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Stranger_who_ends_or_moves_the_session_of_another_gets_nowhere(string version)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: true);
        var eve = await ClientAsync(version);

        await eve.TerminateAsync(RomeoFull, thread, "end");
        await eve.MoveAsync(RomeoFull, thread, "hers", "move");

        Assert.Equal("item-not-found", (await eve.SeesErrorAsync("move")).Condition); // and by then the other was ignored
        Assert.DoesNotContain(eve.Phone.Events.All, seen => seen["message_id"] == "end");
        await SaidAsync(phone, juliet, thread, "undisturbed");
    }
}

/// <summary>Bad forms, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class NegotiatedChatBadInputBesideProsodyTests(ProsodySite site) : NegotiatedChatBadInputTests(site)
{
    [Fact] // N-45; ejabberd passes on one thread only
    public Task Form_in_two_threads_is_a_bad_request() => GetsErrorAsync(
        "<thread>t</thread><thread>u</thread>", "<x xmlns='jabber:x:data' type='form'>" + FormType + Accept + "</x>", "bad-request");
}

/// <summary>Bad forms, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class NegotiatedChatBadInputBesideEjabberdTests(EjabberdSite site) : NegotiatedChatBadInputTests(site);
