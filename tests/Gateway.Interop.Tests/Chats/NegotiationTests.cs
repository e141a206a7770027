using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>XEP-0155 in both versions, in both directions, with INVITE, re-INVITE and BYE on the other side.</summary>
public abstract class NegotiationTests(GatewaySite site) : ChatTest(site)
{
    private const string V08 = "http://jabber.org/protocol/chatneg", V12 = "urn:xmpp:ssn";

    private static object Initiation => new
    {
        accept = new { type = "boolean", value = "1", required = true },
        reason = new { type = "text-single", value = "about tomorrow" },
    };

    [Theory] // N-1, N-6, N-9, S-1
    [InlineData(V08)]
    [InlineData(V12)]
    public async Task A_form_is_an_invite_and_its_answer_an_acceptance(string dialect)
    {
        var id = await Juliet.FormAsync(Romeo, "form", Initiation, "n-accept" + dialect.Length, dialect);
        var invited = await Phone.IsInvitedAsync();
        Assert.Equal("n-accept" + dialect.Length, invited["call"]);
        Assert.Equal("about tomorrow", invited["subject"]);

        var answer = await Juliet.SeesFormAsync("submit", invited["call"]);
        Assert.Equal(("1", dialect), (XmppChat.Field(answer, "accept"), (string?)answer.Fields["form"]!["namespace"]));
        if (dialect == V08)
        {
            Assert.Equal(id, answer["id"]);
        }

        await Juliet.SayAsync(answer["from"]!, "negotiated words", invited["call"]);
        await Phone.ReceivesAsync("negotiated words", invited["call"]);
        await Phone.SendAsync(invited["call"]!, "and back");
        Assert.Equal(invited["call"], (await Juliet.ReadsAsync("and back"))["thread"]);
    }

    [Theory] // N-11
    [InlineData(V08, 603)]
    [InlineData(V08, 486)]
    [InlineData(V12, 603)]
    public async Task A_refusal_by_the_user_is_a_decline(string dialect, int status)
    {
        await Phone.SetAsync(new { on_invite = status });
        await Juliet.FormAsync(Romeo, "form", Initiation, $"n-decline{dialect.Length}{status}", dialect);
        var answer = await Juliet.SeesFormAsync("submit", $"n-decline{dialect.Length}{status}");

        Assert.Equal("0", XmppChat.Field(answer, "accept"));
    }

    [Theory] // N-12, N-17
    [InlineData(V08, 488, "service-unavailable")]
    [InlineData(V08, 501, "service-unavailable")]
    [InlineData(V08, 404, "item-not-found")]
    [InlineData(V12, 488, "service-unavailable")]
    public async Task A_phone_that_cannot_is_an_error(string dialect, int status, string condition)
    {
        await Phone.SetAsync(new { on_invite = status });
        var id = await Juliet.FormAsync(Romeo, "form", Initiation, $"n-cannot{dialect.Length}{status}", dialect);

        Assert.Equal(condition, (await Juliet.FailsAsync(id))["error"]);
    }

    [Theory] // N-13, F-3, F-4: promise only what a gateway can keep
    [InlineData("secure")]
    [InlineData("otr")]
    public async Task What_cannot_be_promised_is_refused_before_any_invite(string field)
    {
        var fields = new Dictionary<string, object>
        {
            ["accept"] = new { type = "boolean", value = "1", required = true },
            [field] = new { type = "boolean", value = "1", required = true },
        };
        var id = await Juliet.FormAsync(Romeo, "form", fields, "n-promise-" + field);

        Assert.Equal("feature-not-implemented", (await Juliet.FailsAsync(id))["error"]);
        Assert.DoesNotContain(Phone.Events.All, e => e.Kind == "invited");
    }

    [Fact] // N-4
    public async Task A_form_without_a_thread_is_a_bad_request()
    {
        var id = await Juliet.FormAsync(Romeo, "form", Initiation, thread: null);

        Assert.Equal("bad-request", (await Juliet.FailsAsync(id))["error"]);
    }

    [Fact] // N-16, U-4
    public async Task Terminating_before_the_answer_cancels_the_invite()
    {
        await Phone.SetAsync(new { on_invite = "ring" });
        await Juliet.FormAsync(Romeo, "form", Initiation, "n-cancel");
        var invited = await Phone.IsInvitedAsync();
        await Juliet.FormAsync(Romeo, "submit", new { terminate = "1" }, "n-cancel");

        await Phone.SeesAsync("cancelled", invited["call"]);
    }

    [Theory] // N-31, N-33
    [InlineData(V08)]
    [InlineData(V12)]
    public async Task Terminate_is_a_bye_and_is_acknowledged(string dialect)
    {
        var thread = "n-terminate" + dialect.Length;
        await Juliet.FormAsync(Romeo, "form", Initiation, thread, dialect);
        var answer = await Juliet.SeesFormAsync("submit", thread);
        await Juliet.FormAsync(answer["from"]!, "submit", new { terminate = "1" }, thread, dialect);
        await Phone.SeesAsync("bye", thread);

        Assert.Contains(XmppChat.Field(await Juliet.SeesFormAsync("result", thread, e => XmppChat.Field(e, "terminate") is not null), "terminate"), new[] { "1", "true" });
    }

    [Fact] // N-34
    public async Task A_bye_is_a_terminate()
    {
        await Juliet.FormAsync(Romeo, "form", Initiation, "n-bye");
        await Juliet.SeesFormAsync("submit", "n-bye");
        await Phone.SeesAsync("acked", "n-bye");
        await Phone.CommandAsync("bye", new { call = "n-bye" });

        await Juliet.SeesFormAsync("submit", "n-bye", e => XmppChat.Field(e, "terminate") is "1" or "true");
    }

    [Theory] // N-20 to N-22
    [InlineData(200)]
    [InlineData(488)]
    public async Task Renegotiation_is_a_reinvite_and_its_failure_leaves_things_as_they_were(int status)
    {
        const string Html = "http://jabber.org/protocol/xhtml-im";
        var thread = $"n-re{status}";
        var plain = new Dictionary<string, object>
        {
            ["accept"] = new { type = "boolean", value = "1", required = true }, [Html] = new { type = "boolean", value = "0" },
        };
        await Juliet.FormAsync(Romeo, "form", plain, thread);
        var answer = await Juliet.SeesFormAsync("submit", thread);
        await Phone.SeesAsync("acked", thread);
        await Phone.SetAsync(new { on_reinvite = status });
        var skip = Juliet.Events.Count;
        var id = await Juliet.FormAsync(answer["from"]!, "form", new Dictionary<string, object> { [Html] = new { type = "boolean", value = "1" } }, thread);
        await Phone.SeesAsync("reinvited", thread);
        if (status == 200)
        {
            await Juliet.SeesFormAsync("submit", thread, skip: skip);
        }
        else
        {
            Assert.Equal("feature-not-implemented", (await Juliet.FailsAsync(id))["error"]);
        }

        await Phone.SendAsync(thread, "still here");
        await Juliet.ReadsAsync("still here");
    }

    [Theory] // N-27 to N-29, S-5
    [InlineData(V08, "form", "submit")]
    [InlineData(V12, "submit", "result")]
    public async Task Another_resource_takes_the_session_over(string dialect, string asks, string answers)
    {
        var thread = "n-continue" + dialect.Length;
        var orchard = await Site.ChatAsync(Juliet.BareJid, "orchard");
        await Juliet.FormAsync(Romeo, "form", Initiation, thread, dialect);
        var accepted = await Juliet.SeesFormAsync("submit", thread);
        await Phone.SeesAsync("acked", thread);
        var skip = Juliet.Events.Count;
        await Juliet.FormAsync(accepted["from"]!, asks, new { @continue = "orchard" }, thread, dialect);
        await Juliet.SeesFormAsync(answers, thread, skip: skip);
        await Phone.SendAsync(thread, "to the orchard");

        await orchard.ReadsAsync("to the orchard");
        await orchard.SayAsync(accepted["from"]!, "from the orchard", thread);
        await Phone.ReceivesAsync("from the orchard", thread);
        await orchard.LogoutAsync();
    }

    [Fact] // N-35
    public async Task Terminating_an_unknown_session_is_met_with_silence()
    {
        await Juliet.FormAsync(Romeo, "submit", new { terminate = "1" }, "n-unknown");
        var id = await Juliet.FormAsync(Romeo, "form", Initiation, thread: null);
        await Juliet.FailsAsync(id);

        Assert.DoesNotContain(Juliet.Events.All, e => e["thread"] == "n-unknown");
    }

    [Theory] // N-1, N-6, S-1: an INVITE is a form for a user that is known to speak XEP-0155
    [InlineData(V08, "accept")]
    [InlineData(V12, "accept")]
    [InlineData(V08, "decline")]
    public async Task An_invite_is_a_form_for_who_speaks_it(string dialect, string answer)
    {
        // Seen to speak it: any form of hers will do.
        await Juliet.FormAsync(Romeo, "form", Initiation, "n-hello" + dialect.Length + answer, dialect);
        var hello = await Juliet.SeesFormAsync("submit", "n-hello" + dialect.Length + answer);
        await Juliet.FormAsync(hello["from"]!, "submit", new { terminate = "1" }, "n-hello" + dialect.Length + answer, dialect);
        await Phone.SeesAsync("bye");

        await Juliet.CommandAsync("set", new { options = new { on_form = answer } });
        await Phone.InviteAsync("in", JulietUri, Via);
        var form = await Juliet.SeesFormAsync("form", thread: null);
        Assert.Equal(dialect, (string?)form.Fields["form"]!["namespace"]);
        if (answer == "decline")
        {
            Assert.Equal("603", (await Phone.SeesAsync("refused", "in"))["status"]);
            return;
        }

        var answered = await Phone.SeesAsync("answered", "in");
        Assert.Equal(answered["call_id"], form["thread"]);
        await Phone.SendAsync("in", "negotiated from SIP");
        await Juliet.ReadsAsync("negotiated from SIP");
        await Phone.CommandAsync("bye", new { call = "in" });
        await Juliet.SeesFormAsync("submit", form["thread"], e => XmppChat.Field(e, "terminate") is "1" or "true");
    }
}

/// <summary>Negotiations beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class NegotiationBesideProsodyTests(ProsodySite site) : NegotiationTests(site);

/// <summary>Negotiations beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class NegotiationBesideEjabberdTests(EjabberdSite site) : NegotiationTests(site);
