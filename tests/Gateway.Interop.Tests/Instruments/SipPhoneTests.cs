using System.Net;
using System.Net.Sockets;
using System.Text;
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

    [Fact] // RFC 3261 section 17.1.1.2: what is late is sent again, and means what it meant
    public async Task A_scenario_bears_messages_that_come_again()
    {
        await using var phone = await CalledAsync("INVITE", "ACK", "ACK", "BYE");

        await phone.SucceedsAsync();
    }

    [Fact]
    public async Task A_scenario_that_is_sent_what_it_does_not_expect_fails()
    {
        await using var phone = await CalledAsync("ACK", "INFO", "BYE");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => phone.SucceedsAsync());
        Assert.StartsWith("The scenario expects no\nINFO ", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A scripted phone that has answered, and was then sent these.</summary>
    private static async Task<SippProcess> CalledAsync(params string[] methods)
    {
        var port = FreePorts.Block(2);
        var phone = await SippProcess.AnswerAsync(RepositoryFiles.Scenario("answer"), port);
        using var caller = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        caller.Connect(IPAddress.Loopback, port);
        await SendAsync("INVITE");
        await phone.SeesAsync(m => m.IsResponse(200, "INVITE"));
        foreach (var method in methods)
        {
            await SendAsync(method);
        }

        return phone;

        Task<int> SendAsync(string method)
        {
            var request = Encoding.ASCII.GetBytes($"""
                {method} sip:1001@127.0.0.1:{port} SIP/2.0
                Via: SIP/2.0/UDP {caller.Client.LocalEndPoint};branch=z9hG4bK{method}
                From: <sip:test@127.0.0.1>;tag=test
                To: <sip:1001@127.0.0.1>
                Call-ID: again
                CSeq: {(method is "INVITE" or "ACK" ? 1 : 2)} {method}
                Content-Length: 0


                """.ReplaceLineEndings("\r\n"));
            return caller.SendAsync(request, request.Length);
        }
    }
}
