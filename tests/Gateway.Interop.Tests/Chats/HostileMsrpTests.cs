using Gateway.Interop.Tests.Sites;

namespace Gateway.Interop.Tests.Chats;

/// <summary>
/// A phone that does wrong in its session: it gets its protocol's error, and nobody else is disturbed. The same at the endpoint alone,
/// in more ways, is in <c>MsrpHostilityTests</c>.
/// </summary>
public abstract class HostileMsrpTests(GatewaySite site) : ChatTest(site)
{
    private const string Hostile = "hostile";

    private string _bystander = "";
    private string _thread = "";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _bystander = await OpenedByJulietAsync(thread: "bystander"); // on a connection of its own: the gateway's
        _thread = (await OpenedByPhoneAsync(Hostile))["call_id"]!;
        await Phone.SeesAsync("connected", Hostile);
    }

    public override async Task DisposeAsync()
    {
        await Phone.SendAsync(_bystander, "undisturbed");
        await Juliet.ReadsAsync("undisturbed");
        await Juliet.SayAsync(Romeo, "neither am I", "bystander");
        await Phone.ReceivesAsync("neither am I", _bystander);
        Assert.DoesNotContain(Phone.Events.All, e => e.Kind is "lost" or "bye" && (e["session"] == _bystander || e["call"] == _bystander));
        await base.DisposeAsync();
    }

    [Theory] // C-11, RFC 4975 sections 5.4 and 7.3
    [InlineData("{to}", "msrp://127.0.0.1:9/somebody-else;tcp")]
    [InlineData("msrp://127.0.0.1:9/nobody;tcp", "{from}")]
    [InlineData("{to} {to}", "{from}")]
    public async Task A_path_that_is_not_the_sessions_is_answered_481(string to, string from)
    {
        await RawAsync($"MSRP wrongpath1 SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: wrong1\r\nByte-Range: 1-5/5\r\nContent-Type: text/plain\r\n\r\nwrong\r\n-------wrongpath1$\r\n");
        Assert.Equal("481", await AnswerAsync("wrongpath1"));
        await GoesOnAsync();
        Assert.DoesNotContain(Juliet.Events.All, e => e["body"] == "wrong");
    }

    [Fact] // C-14: the later piece wins, and one message comes of it
    public async Task Overlapping_ranges_are_one_message()
    {
        await RawAsync(Chunk("overlap1", "over", "6-15/15", "FGHIJKLMNO", '$') + Chunk("overlap2", "over", "1-10/15", "abcdefghij", '+'));
        Assert.Equal(("200", "200"), (await AnswerAsync("overlap1"), await AnswerAsync("overlap2")));
        await Juliet.ReadsAsync("abcdefghijKLMNO");
        await GoesOnAsync();
    }

    [Fact] // C-15, RFC 4975 section 10.5: 413 while it runs; who goes on all the same loses the connection (C-22: a re-INVITE follows)
    public async Task An_endless_chunk_is_refused_and_then_cut_off()
    {
        var skip = Phone.Events.Count;
        await RawAsync("MSRP endless01 SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: endless\r\nByte-Range: 1-*/*\r\nContent-Type: text/plain\r\n\r\n", 150_000);
        Assert.Equal("413", await AnswerAsync("endless01"));
        await RawAsync("", 3_000_000);
        await Phone.SeesAsync("lost", Hostile, skip);
        await Phone.SeesAsync("reinvited", Hostile, skip);
        await GoesOnAsync();
    }

    [Fact] // C-12
    public async Task A_body_that_holds_end_lines_arrives_as_it_is()
    {
        const string Body = "-------a1b2c3d4$\r\n-------a1b2c3d4+\n-------$\n-------a1b2c3d4#";
        await RawAsync(Chunk("endline01", "endlines", $"1-{Body.Length}/{Body.Length}", Body, '$'));
        Assert.Equal("200", await AnswerAsync("endline01"));
        var read = await Juliet.SeesAsync(e => e["body"]?.ReplaceLineEndings("\n") == Body.ReplaceLineEndings("\n"), "the end-lines");
        await Juliet.SayAsync(read["from"]!, Body.ReplaceLineEndings("\n"), _thread);
        await Phone.Events.WaitAsync(e => e.Kind == "message" && e["body"]?.ReplaceLineEndings("\n") == Body.ReplaceLineEndings("\n"));
        await GoesOnAsync();
    }

    [Fact] // C-17: never answered, and about nothing
    public async Task Reports_for_nothing_change_nothing()
    {
        await Phone.CommandAsync("report", new { session = Hostile, id = "nothing", range = "1-5/5" });
        await Phone.CommandAsync("report", new { session = Hostile, id = "nothing", range = "1-5/5", status = "000 413 No" });
        await RawAsync("MSRP reportxx1 REPORT\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: nothing\r\nByte-Range: 9-1/0\r\nStatus: 777 nonsense\r\n-------reportxx1$\r\n");
        await GoesOnAsync();
        Assert.DoesNotContain(Phone.Events.All, e => e.Kind == "response" && e["tid"] == "reportxx1");
        Assert.DoesNotContain(Juliet.Events.All, e => e["type"] == "error" || e["received"] is not null);
    }

    [Fact] // M-*, RFC 3862: the session's peer is known by its SIP identity, and no wrapper says otherwise
    public async Task A_wrapper_that_lies_about_its_sender_is_answered_403()
    {
        var refused = await Phone.SendAsync(Hostile, "From: <sip:tybalt@chat.test>\r\nTo: <" + JulietUri + ">\r\n\r\nContent-Type: text/plain\r\n\r\nlies", type: "message/cpim");
        Assert.Equal("403", (await Phone.Events.WaitAsync(e => e.Kind == "refused" && e["id"] == refused))["status"]);
        await GoesOnAsync();
        Assert.DoesNotContain(Juliet.Events.All, e => e["body"]?.Contains("lies", StringComparison.Ordinal) == true);
    }

    [Theory] // what is no MSRP ends its connection (C-22: a re-INVITE follows)
    [InlineData("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")]
    [InlineData("MSRP a SEND\r\n\r\n")]
    public async Task What_is_no_msrp_ends_the_connection_alone(string noise)
    {
        var skip = Phone.Events.Count;
        await RawAsync(noise);
        await Phone.SeesAsync("lost", Hostile, skip);
        await Phone.SeesAsync("reinvited", Hostile, skip);
        await GoesOnAsync();
    }

    private static string Chunk(string transaction, string id, string range, string body, char flag) =>
        $"MSRP {transaction} SEND\r\nTo-Path: {{to}}\r\nFrom-Path: {{from}}\r\nMessage-ID: {id}\r\nByte-Range: {range}\r\nContent-Type: text/plain\r\n\r\n{body}\r\n-------{transaction}{flag}\r\n";

    private async Task RawAsync(string text, int pad = 0) => await Phone.CommandAsync("raw", new { session = Hostile, text, pad });

    private async Task<string> AnswerAsync(string transaction) =>
        (await Phone.Events.WaitAsync(e => e.Kind == "response" && e["tid"] == transaction, 0, transaction))["status"]!;

    /// <summary>The session itself still works, both ways.</summary>
    private async Task GoesOnAsync()
    {
        await Phone.SendAsync(Hostile, "and now for good");
        var read = await Juliet.ReadsAsync("and now for good");
        Assert.Equal(_thread, read["thread"]);
        await Juliet.SayAsync(read["from"]!, "so be it", _thread);
        await Phone.ReceivesAsync("so be it", Hostile);
    }
}

/// <summary>Hostile phones beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class HostileMsrpBesideProsodyTests(ProsodySite site) : HostileMsrpTests(site);

/// <summary>Hostile phones beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class HostileMsrpBesideEjabberdTests(EjabberdSite site) : HostileMsrpTests(site);
