using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Gateway.Host.Configuration;
using Gateway.Mapping.Sessions;

namespace Gateway.Host.Tests.Http;

public sealed class HttpEndpointsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly SessionInfo Session = new(
        "s1", SessionKind.Call, "romeo@example.net/orchard", "sip:1001@pbx.example.org", "Ringing", Noon)
    {
        Thread = "ca3cf894", CallId = "a84b4c76e66710",
    };

    [Fact]
    public async Task Healthz_answers_while_the_process_lives()
    {
        await using var http = await HttpFixture.StartAsync(whyNot: "down");

        var answer = await http.Client.GetAsync("/healthz");

        Assert.Equal("ok\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory] // RFC 9110 section 9.1; probes of load balancers ask so
    [InlineData("/healthz", HttpStatusCode.OK)]
    [InlineData("/readyz", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/metrics", HttpStatusCode.OK)]
    [InlineData("/api/sessions", HttpStatusCode.OK)]
    [InlineData("/api/sessions/none", HttpStatusCode.NotFound)]
    public async Task Head_is_answered_as_Get_without_a_body(string path, HttpStatusCode expected)
    {
        await using var http = await HttpFixture.StartAsync(whyNot: "down");

        using var answer = await http.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(expected, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Readyz_is_200_when_nothing_is_wrong()
    {
        await using var http = await HttpFixture.StartAsync();

        Assert.Equal("""{"ready":true,"reasons":[]}""", await http.Client.GetStringAsync("/readyz"));
    }

    [Fact]
    public async Task Readyz_is_503_with_the_reasons_otherwise()
    {
        await using var http = await HttpFixture.StartAsync(whyNot: "the stream is down");

        var answer = await http.Client.GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"ready":false,"reasons":["xmpp: the stream is down"]}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact] // who may serve worse still serves
    public async Task Readyz_is_200_and_tells_what_is_wrong_when_the_gateway_serves_all_the_same()
    {
        await using var http = await HttpFixture.StartAsync(degraded: "disk full");

        Assert.Equal("""{"ready":true,"reasons":[],"degraded":["store: disk full"]}""", await http.Client.GetStringAsync("/readyz"));
    }

    [Fact]
    public async Task Metrics_show_the_gateways_meters_and_the_process()
    {
        await using var http = await HttpFixture.StartAsync();
        using var meter = new Meter("Gateway.Http.Tests");
        meter.CreateCounter<long>("gateway.test.things").Add(3);

        var answer = await http.Client.GetAsync("/metrics");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("gateway_test_things_total 3\n", text, StringComparison.Ordinal);
        Assert.Matches("process_resident_memory_bytes [1-9]", text);
        Assert.Matches("dotnet_gc_allocated_bytes_total [1-9]", text);
        Assert.Matches("process_open_fds [1-9]", text);
    }

    [Fact]
    public async Task One_session_shows_how_its_media_sounds()
    {
        var calls = new FakeCalls(
            Session,
            new MediaDirection(SessionTraceProtocol.Sip, IsReceived: true, 95)
            {
                Lost = 5, Jitter = 2.354, RoundTrip = 40, Score = 3.914, Silence = TimeSpan.FromSeconds(2),
            });
        await using var http = await HttpFixture.StartAsync(directories: [new FakeSessions(), calls]);

        var detail = JsonDocument.Parse(await http.Client.GetStringAsync("/api/sessions/s1")).RootElement;

        Assert.Equal("s1", detail.GetProperty("id").GetString());
        Assert.Equal(
            """{"side":"sip","direction":"received","packets":95,"lost":5,"jitter":2.35,"roundTrip":40,"score":3.91,"silentFor":2}""",
            detail.GetProperty("media")[0].GetRawText());
    }

    [Fact]
    public async Task A_session_without_media_and_one_that_is_not_there()
    {
        await using var http = await HttpFixture.StartAsync(directories: [new FakeSessions(Session)]);

        var detail = JsonDocument.Parse(await http.Client.GetStringAsync("/api/sessions/s1")).RootElement;

        Assert.Equal(JsonValueKind.Null, detail.GetProperty("media").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await http.Client.GetAsync("/api/sessions/s2")).StatusCode);
    }

    [Fact]
    public async Task Sessions_are_listed_with_every_field_oldest_first()
    {
        var chats = new FakeSessions(Session with { Id = "s0", Kind = SessionKind.Chat, Since = Noon.AddMinutes(-1), CallId = null });
        await using var http = await HttpFixture.StartAsync(directories: [new FakeSessions(Session), chats]);

        var list = JsonDocument.Parse(await http.Client.GetStringAsync("/api/sessions")).RootElement;

        Assert.Equal(["s0", "s1"], list.EnumerateArray().Select(s => s.GetProperty("id").GetString()));
        var session = list[1];
        Assert.Equal(
            ["id", "kind", "xmpp", "sip", "state", "since", "thread", "callId"],
            session.EnumerateObject().Select(p => p.Name));
        Assert.Equal("call", session.GetProperty("kind").GetString());
        Assert.Equal("romeo@example.net/orchard", session.GetProperty("xmpp").GetString());
        Assert.Equal("sip:1001@pbx.example.org", session.GetProperty("sip").GetString());
        Assert.Equal("Ringing", session.GetProperty("state").GetString());
        Assert.Equal("2026-03-01T12:00:00+00:00", session.GetProperty("since").GetString());
        Assert.Equal("ca3cf894", session.GetProperty("thread").GetString());
        Assert.Equal("a84b4c76e66710", session.GetProperty("callId").GetString());
        Assert.Equal(JsonValueKind.Null, list[0].GetProperty("callId").ValueKind);
    }

    [Fact]
    public async Task No_sessions_are_an_empty_list()
    {
        await using var http = await HttpFixture.StartAsync();

        Assert.Equal("[]", await http.Client.GetStringAsync("/api/sessions"));
    }

    [Theory]
    [InlineData("s1", HttpStatusCode.Accepted)]
    [InlineData("s2", HttpStatusCode.NotFound)]
    public async Task Delete_hangs_up_a_known_session(string id, HttpStatusCode status)
    {
        var sessions = new FakeSessions(Session);
        await using var http = await HttpFixture.StartAsync(directories: sessions);

        var answer = await http.Client.DeleteAsync($"/api/sessions/{id}");

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal([id], sessions.HungUp);
    }

    [Fact]
    public async Task Trace_is_ordered_and_says_which_side_and_which_way()
    {
        var traces = new FakeTraces(
            "s1",
            new SessionTraceEntry(Noon, SessionTraceProtocol.Xmpp, IsSent: false, "propose", "<propose/>"),
            new SessionTraceEntry(Noon.AddSeconds(1), SessionTraceProtocol.Sip, IsSent: true, "INVITE", "INVITE sip:x SIP/2.0"));
        await using var http = await HttpFixture.StartAsync(traces: traces);

        var trace = JsonDocument.Parse(await http.Client.GetStringAsync("/api/sessions/s1/trace")).RootElement;

        Assert.Equal(["xmpp received propose", "sip sent INVITE"], trace.EnumerateArray().Select(e =>
            $"{e.GetProperty("protocol")} {e.GetProperty("direction")} {e.GetProperty("summary")}"));
        Assert.Equal("<propose/>", trace[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Trace_of_an_unknown_session_or_without_traces_is_404()
    {
        await using var with = await HttpFixture.StartAsync(traces: new FakeTraces("s1"));
        await using var without = await HttpFixture.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await with.Client.GetAsync("/api/sessions/s2/trace")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await without.Client.GetAsync("/api/sessions/s1/trace")).StatusCode);
    }

    [Fact]
    public async Task Console_runs_only_its_own_script()
    {
        await using var http = await HttpFixture.StartAsync();

        var answer = await http.Client.GetAsync("/");
        var html = await answer.Content.ReadAsStringAsync();

        var script = html[(html.IndexOf("<script>", StringComparison.Ordinal) + 8)..html.IndexOf("</script>", StringComparison.Ordinal)];
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains($"script-src 'sha256-{hash}'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/metrics")]
    [InlineData("/api/sessions")]
    [InlineData("/")]
    [InlineData("/nowhere")]
    public async Task With_a_token_every_request_needs_it(string path)
    {
        await using var http = await HttpFixture.StartAsync(new HttpOptions { Token = new Secret("t0ken") });

        var without = await http.Client.GetAsync(path);
        http.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "t0ke");
        var wrong = await http.Client.GetAsync(path);
        http.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "t0ken");
        var right = await http.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Contains(without.Headers.WwwAuthenticate, c => c.Scheme == "Bearer");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(path == "/nowhere" ? HttpStatusCode.NotFound : HttpStatusCode.OK, right.StatusCode);
    }

    [Theory]
    [InlineData("user:t0ken", HttpStatusCode.OK)]
    [InlineData(":t0ken", HttpStatusCode.OK)]
    [InlineData("t0ken", HttpStatusCode.Unauthorized)]
    [InlineData("t0ken:", HttpStatusCode.Unauthorized)]
    public async Task Browsers_give_the_token_as_the_password_of_Basic(string pair, HttpStatusCode status)
    {
        await using var http = await HttpFixture.StartAsync(new HttpOptions { Token = new Secret("t0ken") });
        http.Client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));

        Assert.Equal(status, (await http.Client.GetAsync("/")).StatusCode);
    }

    [Theory] // DNS rebinding: a page of evil.example whose name resolves to 127.0.0.1
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    public async Task Without_a_token_only_loopback_names_and_addresses_are_served(string host, HttpStatusCode status)
    {
        await using var http = await HttpFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/sessions");
        request.Headers.Host = host;

        Assert.Equal(status, (await http.Client.SendAsync(request)).StatusCode);
    }
}
