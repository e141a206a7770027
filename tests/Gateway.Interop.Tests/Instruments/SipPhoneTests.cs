using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Instruments;

/// <summary>The instruments themselves: SIP phones with nothing between them.</summary>
public sealed class SipPhoneTests
{
    [Fact]
    public async Task Two_phones_hear_each_other_and_pass_digits()
    {
        int near = FreePorts.Block(2), far = FreePorts.Block(2);
        await using var caller = await BaresipPhone.StartAsync("1001", "pbx.test", near, far, AnswerMode.Manual, tone: 440);
        await using var callee = await BaresipPhone.StartAsync("1002", "pbx.test", far, near, AnswerMode.Manual, tone: 1000);

        await caller.DialAsync("sip:1002@pbx.test");
        await caller.SeesAsync("CALL_RINGING");
        await callee.AnswerAsync();
        await callee.HearsToneAsync(440);
        await caller.HearsToneAsync(1000);
        await caller.DigitsAsync("5");
        await callee.Events.WaitAsync(e => e is { Type: "CALL_DTMF_START", Parameter: "5" });
        await caller.HoldAsync();
        await callee.ReceivesAsync("INVITE", "a=sendonly");
        await caller.ResumeAsync();
        await caller.HangUpAsync();
        await callee.ReceivesAsync("BYE");
    }

    [Fact]
    public async Task A_scenario_that_meets_its_messages_succeeds_and_shows_them()
    {
        var port = FreePorts.Block(2);
        await using var caller = await BaresipPhone.StartAsync("1001", "pbx.test", FreePorts.Block(2), port, AnswerMode.Manual);
        await using var busy = await SippProcess.AnswerAsync(RepositoryFiles.Scenario("refuse"), port, ("status", "486 Busy Here"));

        await caller.DialAsync("sip:1002@pbx.test");
        await caller.ReceivesResponseAsync(486, "INVITE");
        await busy.SucceedsAsync();

        Assert.Equal(["INVITE", "SIP/2.0 180", "SIP/2.0 486", "ACK"], (await busy.MessagesAsync())
            .Select(m => m.IsRequest("INVITE") ? "INVITE" : m.IsRequest("ACK") ? "ACK" : m.StartLine[..11])
            .Distinct()); // whatever is late is sent again (RFC 3261 section 17)
    }
}
