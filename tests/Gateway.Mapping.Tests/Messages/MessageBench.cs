using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Calls;
using Gateway.Mapping.Chats;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Messages;
using Gateway.Mapping.Policy;
using Gateway.Mapping.State;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Mapping.Tests.State;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.Messages;

/// <summary>The message service between an XMPP link, a SIP side and sessions that tests play, in virtual time.</summary>
internal sealed class MessageBench : IDisposable
{
    public MessageBench(MessageOptions? options = null, MappingOptions? mapping = null)
    {
        var all = (mapping ?? Plans.Options) with { Messages = options ?? new MessageOptions { Chat = ChatMode.Page } };
        var plan = new AddressPlan(all);
        Threads = new ThreadTable(Journal, Time);
        Service = new MessageService(new MessageServiceParts(
            all, plan, new AccessPolicy(all, plan), Threads, Journal, Sessions, Link, Phone, Time, NullLogger<MessageService>.Instance)
        {
            Digits = Digits,
        });
    }

    public VirtualTime Time { get; } = new();

    public JournalList Journal { get; } = new();

    public ThreadTable Threads { get; }

    public FakeLink Link { get; } = new();

    public FakePhone Phone { get; } = new();

    public FakeSessions Sessions { get; } = new();

    /// <summary>A call that takes typed keys.</summary>
    public FakeDigits Digits { get; } = new();

    public MessageService Service { get; }

    public void Dispose() => Service.Dispose();

    public StanzaResult Say(MessageStanza message) => Service.OnMessage(message);

    /// <summary>A MESSAGE from Romeo's PBX unless told otherwise.</summary>
    public Answer Receive(string text, string callId = "call-1", string? type = "text/plain", string headers = "", string from = "<sip:Romeo@shakespeare.lit>", IPAddress? source = null, string to = "sip:juliet@example.org", byte[]? body = null)
    {
        var octets = body ?? Encoding.UTF8.GetBytes(text);
        var head = $"MESSAGE {to} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: {from};tag=1\r\nTo: <{to}>\r\n"
            + $"Call-ID: {callId}\r\nCSeq: 1 MESSAGE\r\n{headers}{(type is null ? "" : $"Content-Type: {type}\r\n")}Content-Length: {octets.Length}\r\n\r\n";
        var parsed = SipParser.Parse((byte[])[.. Encoding.UTF8.GetBytes(head), .. octets]);
        var request = new Answer((SipRequest)parsed.Message!, new IPEndPoint(source ?? Plans.Pbx, 5060));
        Service.OnRequest(request);
        return request;
    }

    internal sealed class Answer(SipRequest request, IPEndPoint source) : ISipServerRequest
    {
        public SipRequest Request => request;

        public IPEndPoint Source => source;

        public SipTransportKind Transport => SipTransportKind.Udp;

        public int Status { get; private set; }

        public Dictionary<string, string> Headers { get; } = [];

        public void Respond(
            int status, string? phrase, ImmutableArray<KeyValuePair<string, string>> headers, string? contentType, ReadOnlyMemory<byte> body)
        {
            Assert.Equal(0, Status);
            Assert.Null(contentType); // M-6
            Status = status;
            foreach (var (name, value) in headers.IsDefault ? [] : headers)
            {
                Headers.Add(name, value);
            }
        }
    }

    internal sealed class FakeLink : IXmppLink
    {
        public bool IsUp { get; set; } = true;

        public bool IsFull { get; set; }

        private ImmutableList<XElement> _sent = [];

        public ImmutableList<XElement> Sent => _sent;

        public bool TrySend(XElement stanza)
        {
            ImmutableInterlocked.Update(ref _sent, (all, one) => all.Add(one), stanza);

            return !IsFull;
        }

        public void SendIq(XElement iq, TimeSpan timeout, Action<IqReply> onReply) => throw new NotSupportedException();
    }

    /// <summary>Answers each request by <see cref="Answers"/>, or keeps it until the test does.</summary>
    internal sealed class FakePhone : ISipUserAgent
    {
        public Func<OutgoingRequest, SipResult?> Answers { get; set; } = _ => new SipResult(200, "OK", false);

        private ImmutableList<OutgoingRequest> _requests = [];

        public ImmutableList<OutgoingRequest> Requests => _requests;

        public IEnumerable<string> Texts => Requests.Select(request => request.Body!.Text);

        public Task<SipResult> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
        {
            ImmutableInterlocked.Update(ref _requests, (all, one) => all.Add(one), request);
            return Answers(request) is { } answer
                ? Task.FromResult(answer)
                : new TaskCompletionSource<SipResult>().Task.WaitAsync(cancellationToken); // never
        }

        public ISipCall Invite(OutgoingInvite invite, ISipCallSink sink) => throw new NotSupportedException();
    }

    internal sealed class FakeSessions : IChatSessions
    {
        public bool Exists { get; set; }

        public bool MayOpen { get; set; } = true;

        public List<(MessageStanza Stanza, Action<ChatOutcome> Completed)> Taken { get; } = [];

        public ChatTaking TrySend(MessageStanza stanza, Action<ChatOutcome> completed)
        {
            if (Exists)
            {
                Taken.Add((stanza, completed));
            }

            return Exists ? ChatTaking.Taken : ChatTaking.NoSession;
        }

        public ChatTaking Open(MessageStanza stanza, ChatRoute route, Action<ChatOutcome> completed)
        {
            Exists = MayOpen;
            return MayOpen ? TrySend(stanza, completed) : ChatTaking.Refused;
        }
    }
}

/// <summary>Presses what is typed while a call is said to run.</summary>
internal sealed class FakeDigits : ICallDigits
{
    public bool IsInCall { get; set; }

    public List<string> Dialled { get; } = [];

    public bool TryDial(Jid user, Jid contact, string text)
    {
        if (IsInCall)
        {
            Dialled.Add($"{user} {contact} {text}");
        }

        return IsInCall;
    }
}
