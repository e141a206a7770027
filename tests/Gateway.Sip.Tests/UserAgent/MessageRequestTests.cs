using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>MESSAGE between two endpoints, over real sockets (RFC 3428).</summary>
public sealed class MessageRequestTests
{
    [Theory] // RFC 3428 section 4: no Contact, no dialog; the body comes as it was
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_message_arrives_with_what_its_sender_gave_it(string transport)
    {
        await using var pair = await Pair(transport, out var bob);
        var result = await pair.Alice.SendAsync(
            Message(pair, "Hé, Romeo") with
            {
                Conversation = new SipConversation("thread-1"),
                ExtraHeaders = [new(SipHeaders.Subject, "Ball\r\nX-Evil: 1"), new(SipHeaders.ContentLanguage, "en")],
            },
            CancellationToken.None);

        Assert.Equal((202, false), (result.Status, result.IsLocal));
        var got = Assert.Single(bob.Requests);
        Assert.Equal("thread-1", got.CallId);
        Assert.Equal("Hé, Romeo", Encoding.UTF8.GetString(got.Body.Span));
        Assert.Equal("text/plain;charset=UTF-8", got.Header(SipHeaders.ContentType));
        Assert.Equal("en", got.Header(SipHeaders.ContentLanguage));
        Assert.StartsWith("Ball", got.Header(SipHeaders.Subject), StringComparison.Ordinal);
        Assert.Null(got.Header("X-Evil"));
        Assert.Null(got.Contact);
    }

    [Fact] // MAPPING M-7; RFC 3261 section 8.2.2.2
    public async Task Messages_of_one_conversation_share_their_from_tag_and_count_up()
    {
        await using var pair = await Pair("udp", out var bob);
        var conversation = new SipConversation("thread-1");
        for (var i = 0; i < 3; i++)
        {
            await pair.Alice.SendAsync(Message(pair, "x") with { Conversation = conversation }, CancellationToken.None);
        }

        Assert.Equal([1u, 2u, 3u], bob.Requests.Select(request => request.CSeq.Number));
        Assert.Single(bob.Requests.Select(request => request.From.Tag).Distinct());
    }

    [Fact] // MAPPING M-5: RFC 3428 section 8 counts the whole request
    public async Task A_message_over_the_limit_is_not_sent_and_its_size_is_told()
    {
        await using var pair = await Pair("udp", out var bob);
        var tooLarge = await Send(999);
        Assert.Equal((513, true), (tooLarge.Status, tooLarge.IsLocal));
        var room = 999 - (tooLarge.RequestBytes - 1300);

        Assert.Equal(513, (await Send(room + 1)).Status);
        Assert.Empty(bob.Requests);
        Assert.Equal(202, (await Send(room)).Status);
        Assert.Equal(room, Assert.Single(bob.Requests).Body.Length);

        Task<SipResult> Send(int length) => pair.Alice.SendAsync(
            Message(pair, new string('x', length)) with { MaxBytes = 1300, Conversation = new SipConversation("thread-1") },
            CancellationToken.None);
    }

    [Fact] // RFC 3261 sections 8.1.3.4, 20.33; MAPPING M-16, M-19
    public async Task What_a_refusal_says_beside_its_status_is_told()
    {
        await using var pair = await Pair("udp", out var bob);
        bob.Status = 415;
        bob.Headers = [new(SipHeaders.Accept, "text/plain, Message/CPIM;q=0.1")];
        Assert.Equal<string>(["text/plain", "message/cpim"], (await pair.Alice.SendAsync(Message(pair, "x"), CancellationToken.None)).Accept);

        bob.Status = 503;
        bob.Headers = [new(SipHeaders.RetryAfter, "17 (busy)")];
        Assert.Equal(17, (await pair.Alice.SendAsync(Message(pair, "x"), CancellationToken.None)).RetryAfter);

        bob.Status = 302;
        bob.Headers = [new(SipHeaders.Contact, "<sip:second@example.org>;q=0.1, <sip:first@example.org>")];
        var moved = await pair.Alice.SendAsync(Message(pair, "x"), CancellationToken.None);
        Assert.Equal(["first", "second"], moved.Contacts.Select(contact => contact.User));
    }

    [Fact]
    public async Task Two_handlers_serve_their_own_methods()
    {
        await using var pair = await Pair("udp", out var bob);
        var publish = new Recorder { Methods = [SipMethod.Publish] };
        pair.Bob.Serve(publish);

        await pair.Alice.SendAsync(Message(pair, "x") with { Method = SipMethod.Publish }, CancellationToken.None);
        Assert.Single(publish.Requests);
        Assert.Empty(bob.Requests);
        Assert.Throws<ArgumentException>(() => pair.Bob.Serve(new Recorder()));
    }

    private static Task<EndpointPair> Pair(string transport, out Recorder bob)
    {
        var recorder = bob = new Recorder();
        return Start();

        async Task<EndpointPair> Start()
        {
            var pair = await EndpointPair.Start(transport);
            pair.Bob.Serve(recorder);
            return pair;
        }
    }

    private static OutgoingRequest Message(EndpointPair pair, string text) =>
        new(SipMethod.Message, pair.UriOf(pair.Bob, "bob"), new NameAddr(null, pair.UriOf(pair.Alice, "alice")), new NameAddr(null, pair.UriOf(pair.Bob, "bob")))
        {
            Body = SipBody.OfText("text/plain;charset=UTF-8", text),
        };

    private sealed class Recorder : ISipRequestHandler
    {
        private readonly ConcurrentQueue<SipRequest> _requests = new();

        public ImmutableArray<SipMethod> Methods { get; init; } = [SipMethod.Message];

        public IReadOnlyCollection<SipRequest> Requests => _requests;

        public int Status { get; set; } = 202;

        public ImmutableArray<KeyValuePair<string, string>> Headers { get; set; } = [];

        public void OnRequest(ISipServerRequest request)
        {
            _requests.Enqueue(request.Request);
            request.Respond(Status, headers: Headers);
        }
    }
}
