using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Gateway.Testing.Components;

namespace Gateway.Load.Xmpp;

/// <summary>
/// A domain full of XMPP users, played by one component: they propose and wait for proceed, or answer what is proposed to them.
/// Each call is another user's, as limits are per user.
/// </summary>
internal sealed class XmppCallers : IDisposable
{
    public const string Domain = "load.example.org";
    private const string MessageNs = "urn:xmpp:jingle-message:0", JingleNs = "urn:xmpp:jingle:1";

    private readonly ConcurrentDictionary<string, XmppCall> _calls = new();
    private readonly ConcurrentDictionary<string, (XmppCall Call, Action<bool> OnReply)> _requests = new();
    private readonly string _gateway;
    private ComponentSocket? _socket;
    private int _count;
    private int _requestCount;

    private XmppCallers(string gateway) => _gateway = gateway;

    /// <summary>Calls that phones place end up here, keyed by the user that is called.</summary>
    public ConcurrentDictionary<string, XmppCall> Incoming { get; } = new();

    public static async Task<XmppCallers> StartAsync(int port, string secret, string gateway)
    {
        var callers = new XmppCallers(gateway);
        callers._socket = await ComponentSocket.ConnectAsync(Domain, secret, port, callers.Take);
        return callers;
    }

    /// <summary>Proposes a call to the phone; it talks for <paramref name="talk"/> once the session is accepted.</summary>
    public XmppCall Call(Task talk)
    {
        var n = Interlocked.Increment(ref _count);
        var sid = $"load-{n}-{Guid.NewGuid():n}";
        var call = new XmppCall(sid, string.Create(CultureInfo.InvariantCulture, $"caller{n}@{Domain}/phone"));
        _calls[sid] = call;
        var propose = Propose(call.User, $"1001@{_gateway}", sid);
        call.ProposedAt = DateTime.UtcNow.Ticks;
        _socket!.Send(propose);
        _ = HangUpAsync(call, talk);
        return call;
    }

    public static string Propose(string from, string to, string sid) =>
        $"<message from='{from}' to='{to}' id='{sid}' type='chat'><propose xmlns='{MessageNs}' id='{sid}'>"
        + "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose><request xmlns='urn:xmpp:receipts'/>"
        + "<store xmlns='urn:xmpp:hints'/></message>";

    public void Dispose() => _socket?.Dispose();

    private async Task HangUpAsync(XmppCall call, Task talk)
    {
        await call.Talks;
        await talk;
        if (!call.End.IsCompleted)
        {
            Request(call, $"<jingle xmlns='{JingleNs}' action='session-terminate' sid='{call.Sid}'><reason><success/></reason></jingle>",
                isResult => call.Close(isResult ? null : "session-terminate was refused"));
        }
    }

    private void Take(string text, long at)
    {
        var stanza = XElement.Parse(text);
        switch (stanza.Name.LocalName)
        {
            case "message":
                TakeMessage(stanza, at);
                break;
            case "iq" when (string?)stanza.Attribute("type") is "result" or "error":
                if (_requests.TryRemove((string)stanza.Attribute("id")!, out var request))
                {
                    request.OnReply((string?)stanza.Attribute("type") == "result");
                }

                break;
            case "iq":
                TakeRequest(stanza, at);
                break;
        }
    }

    private void TakeMessage(XElement message, long at)
    {
        var payload = message.Elements().FirstOrDefault(e => e.Name.NamespaceName == MessageNs);
        if ((string?)message.Attribute("type") == "error")
        {
            Find((string?)payload?.Attribute("id") ?? (string?)message.Attribute("id"))?.Close($"error: {message.Element("error")?.Elements().FirstOrDefault()?.Name.LocalName}");
            return;
        }

        if (payload is null)
        {
            return;
        }

        var (sid, from) = ((string)payload.Attribute("id")!, (string)message.Attribute("from")!);
        switch (payload.Name.LocalName)
        {
            case "propose":
                var user = (string)message.Attribute("to")!;
                var incoming = new XmppCall(sid, user + "/phone") { Peer = from, ProposedAt = at };
                _calls[sid] = incoming;
                Incoming[user] = incoming;
                SendMessage(incoming, "ringing");
                SendMessage(incoming, "proceed");
                break;
            case "proceed" when Find(sid) is { } call:
                (call.Peer, call.ProceededAt) = (from, at);
                Request(call, $"<jingle xmlns='{JingleNs}' action='session-initiate' sid='{sid}' initiator='{call.User}'>{JingleAudio.Offer}</jingle>",
                    isResult => Refuse(call, isResult, "session-initiate"));
                break;
            case "reject" or "retract" or "finish" when Find(sid) is { AcceptedAt: 0 } call:
                call.Close($"{payload.Name.LocalName}: {payload.Descendants().Skip(1).FirstOrDefault()?.Name.LocalName} {payload.Value}");
                break;
        }
    }

    private void TakeRequest(XElement iq, long at)
    {
        var payload = iq.Elements().FirstOrDefault();
        var isJingle = payload?.Name.NamespaceName == JingleNs;
        _socket!.Send(
            $"<iq type='{(isJingle ? "result" : "error")}' from='{(string?)iq.Attribute("to")}' to='{(string?)iq.Attribute("from")}' id='{(string?)iq.Attribute("id")}'>"
            + (isJingle ? "</iq>" : "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"));
        if (!isJingle || Find((string?)payload!.Attribute("sid")) is not { } call)
        {
            return;
        }

        switch ((string?)payload.Attribute("action"))
        {
            case "session-accept":
                call.AcceptedAt = at;
                call.Talk();
                break;
            case "session-initiate":
                var name = (string?)payload.Elements().First(e => e.Name.LocalName == "content").Attribute("name");
                call.Peer = (string)iq.Attribute("from")!;
                call.AcceptedAt = DateTime.UtcNow.Ticks;
                Request(call, $"<jingle xmlns='{JingleNs}' action='session-accept' sid='{call.Sid}' responder='{call.User}'>{JingleAudio.Answer(name!)}</jingle>",
                    isResult => Refuse(call, isResult, "session-accept"));
                break;
            case "session-terminate":
                call.Close(call.AcceptedAt == 0 ? $"session-terminate: {payload.Descendants().Skip(1).FirstOrDefault()?.Name.LocalName}" : null);
                break;
        }
    }

    private static void Refuse(XmppCall call, bool isResult, string what)
    {
        if (!isResult)
        {
            call.Close($"{what} was refused");
        }
    }

    private void SendMessage(XmppCall call, string name) => _socket!.Send(
        $"<message from='{call.User}' to='{call.Peer}' type='chat'><{name} xmlns='{MessageNs}' id='{call.Sid}'/><store xmlns='urn:xmpp:hints'/></message>");

    private void Request(XmppCall call, string payload, Action<bool> onReply)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"q{Interlocked.Increment(ref _requestCount)}");
        _requests[id] = (call, onReply);
        _socket!.Send($"<iq type='set' from='{call.User}' to='{call.Peer}' id='{id}'>{payload}</iq>");
    }

    private XmppCall? Find(string? sid) => sid is not null && _calls.TryGetValue(sid, out var call) ? call : null;
}
