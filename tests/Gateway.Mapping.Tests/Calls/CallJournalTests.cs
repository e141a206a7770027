using System.Xml.Linq;
using Gateway.Mapping.Calls;
using Gateway.Mapping.State;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>MAPPING J-13, J-14: what survives a crash of the gateway in the middle of a call.</summary>
public sealed class CallJournalTests
{
    private static readonly Jid Contact = Jid.Parse("1001@sip.example.org/sip");

    [Fact]
    public async Task A_call_is_kept_from_its_propose_to_its_end()
    {
        await using var bench = new CallBench();
        bench.Propose();
        var kept = Assert.Single(bench.Journal.Calls);
        Assert.Equal((CallBench.Sid, CallStage.Calling, "urn:xmpp:jingle-message:0"), (kept.Id, kept.Stage, kept.Namespace));
        Assert.Equal(CallBench.Juliet, kept.User.ToString());

        bench.Message(CallBench.Juliet, CallBench.Romeo, $"<retract xmlns='urn:xmpp:jingle-message:0' id='{CallBench.Sid}'/>");
        Assert.Empty(bench.Journal.Calls);
    }

    [Theory]
    [InlineData(CallStage.Proposed, "juliet@example.org", "retract", 2, false)]
    [InlineData(CallStage.Calling, "juliet@example.org/balcony", "reject", 1, false)]
    [InlineData(CallStage.Taken, "juliet@example.org/balcony", "finish", 1, true)]
    public async Task After_a_restart_the_user_is_told_that_the_call_is_over(CallStage stage, string user, string verb, int elements, bool terminates)
    {
        await using var bench = new CallBench();
        bench.Service.Recover([new CallRecord("old", Jid.Parse(user), Contact, "urn:xmpp:jingle-message:0", stage)], []);
        Assert.Empty(bench.Link.Sent);

        bench.Service.OnUp(isReconnect: false);
        var message = Assert.Single(bench.Link.Sent, stanza => stanza.Name.LocalName == "message");
        Assert.Equal((user, Contact.ToString()), (message.Attribute("to")?.Value, message.Attribute("from")?.Value));
        var told = message.Elements().Where(child => child.Name.LocalName == verb).ToList();
        Assert.Equal(elements, told.Count);
        Assert.All(told, child => Assert.Equal("old", child.Attribute("id")?.Value));
        Assert.NotNull(told[0].Descendants(XName.Get("connectivity-error", "urn:xmpp:jingle:1")).SingleOrDefault());
        Assert.Equal(terminates, bench.Link.Sent.Any(stanza => stanza.Name.LocalName == "iq"));

        bench.Service.OnUp(isReconnect: true);
        Assert.Equal(terminates ? 2 : 1, bench.Link.Sent.Count()); // once
        Assert.Contains(new StoreChange.ForgetCall("old", Contact), bench.Journal.Changes);
    }

    [Fact] // J-22: without Jingle Message Initiation there is nothing to finish
    public async Task A_call_begun_by_session_initiate_is_terminated_only()
    {
        await using var bench = new CallBench();
        bench.Service.Recover([new CallRecord("old", Jid.Parse("juliet@example.org/balcony"), Contact, null, CallStage.Taken)], []);
        bench.Service.OnUp(isReconnect: false);
        Assert.Equal("iq", Assert.Single(bench.Link.Sent).Name.LocalName);
    }
}
