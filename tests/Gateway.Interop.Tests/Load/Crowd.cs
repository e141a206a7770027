using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Components;

namespace Gateway.Interop.Tests.Load;

/// <summary>
/// Hundreds of XMPP users behind one component, each of whom does in a call what its <see cref="Conduct"/> says. Every caller is
/// somebody else; who is called says by the name what to do.
/// </summary>
internal sealed class Crowd : IDisposable
{
    private const string MessageNs = "urn:xmpp:jingle-message:0", JingleNs = "urn:xmpp:jingle:1";

    private readonly ConcurrentDictionary<string, CrowdCall> _calls = new();
    private readonly ConcurrentDictionary<string, Action<bool>> _requests = new();
    private readonly Task _talk;
    private readonly Action<CrowdCall> _stands;
    private ComponentSocket? _socket;
    private int _count;
    private int _requestCount;

    private Crowd(Task talk, Action<CrowdCall> stands) => (_talk, _stands) = (talk, stands);

    /// <summary>All calls so far, those from phones too.</summary>
    public IReadOnlyCollection<CrowdCall> Calls => [.. _calls.Values];

    /// <summary>
    /// Comes to its server. Who hangs up does so when <paramref name="talk"/> is over; of calls that the other side is to hang up
    /// <paramref name="stands"/> is told when they stand.
    /// </summary>
    public static async Task<Crowd> StartAsync(GatewaySite site, Task talk, Action<CrowdCall> stands)
    {
        var crowd = new Crowd(talk, stands);
        crowd._socket = await ComponentSocket.ConnectAsync(GatewaySite.Crowd, GatewaySite.Secret, site.Server.ComponentPort, (text, _) => crowd.Take(text));
        return crowd;
    }

    /// <summary>Another user calls.</summary>
    public void Call(string callee, Conduct conduct)
    {
        var n = Interlocked.Increment(ref _count);
        var call = new CrowdCall(
            Guid.NewGuid().ToString(), string.Create(CultureInfo.InvariantCulture, $"caller{n}@{GatewaySite.Crowd}/phone"), conduct) { Peer = callee };
        _calls[call.Sid] = call;
        Say(call, "propose", "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>");
        if (conduct == Conduct.IsHasty)
        {
            TakeBack(call);
        }
    }

    /// <summary>Waits until so many calls have come to their end, as the users see it.</summary>
    public Task AreOverAsync(int calls, TimeSpan patience) => Eventually.HoldsAsync(
        () => Calls.Count == calls && Calls.All(call => call.Over.IsCompleted),
        () => string.Join('\n', [$"{Calls.Count} of {calls} calls", .. Calls
            .Where(call => !call.Over.IsCompleted).Select(call => call.ToString())]),
        patience);

    public void Dispose() => _socket?.Dispose();

    private void Take(string text)
    {
        if (text.StartsWith("<stream:", StringComparison.Ordinal))
        {
            return; // the end of the stream: calls that do not end tell of it
        }

        var stanza = XElement.Parse(text);
        var type = (string?)stanza.Attribute("type");
        switch (stanza.Name.LocalName)
        {
            case "message" when type != "error":
                TakeMessage(stanza);
                break;
            case "iq" when type is "result" or "error":
                if (_requests.TryRemove((string)stanza.Attribute("id")!, out var onReply))
                {
                    onReply(type == "result");
                }

                break;
            case "iq":
                TakeRequest(stanza);
                break;
        }
    }

    private void TakeMessage(XElement message)
    {
        if (message.Elements().FirstOrDefault(e => e.Name.NamespaceName == MessageNs) is not { } payload)
        {
            return; // a receipt
        }

        var (what, sid, from) = (payload.Name.LocalName, (string)payload.Attribute("id")!, (string)message.Attribute("from")!);
        if (what == "propose")
        {
            IsCalled((string)message.Attribute("to")!, from, sid);
        }
        else if (_calls.TryGetValue(sid, out var call))
        {
            call.Peer = from;
            if (what == "ringing")
            {
                if (call.Conduct == Conduct.Rings)
                {
                    TakeBack(call);
                }

                return;
            }

            call.See(what);
            if (what == "proceed")
            {
                Ask(call, "session-initiate", JingleAudio.Offer);
            }
            else
            {
                call.End(); // reject, retract, finish
            }
        }
    }

    private void IsCalled(string user, string from, string sid)
    {
        var conduct = Enum.Parse<Conduct>(user.Split('@')[0], ignoreCase: true);
        var call = _calls[sid] = new CrowdCall(sid, user + "/phone", conduct) { Peer = from, IsIncoming = true };
        switch (conduct)
        {
            case Conduct.Declines:
                Say(call, "ringing");
                Say(call, "reject");
                call.End();
                break;
            case Conduct.Rings:
                Say(call, "ringing");
                break;
            case Conduct.Stays or Conduct.HangsUp or Conduct.Vanishes:
                Say(call, "ringing");
                Say(call, "proceed");
                break;
        }
    }

    private void TakeRequest(XElement iq)
    {
        var jingle = iq.Elements().FirstOrDefault(e => e.Name.NamespaceName == JingleNs);
        if (jingle is null || !_calls.TryGetValue((string)jingle.Attribute("sid")!, out var call))
        {
            Answer(iq, isResult: false);
            return;
        }

        var action = (string)jingle.Attribute("action")!;
        call.See(action);
        Answer(iq, isResult: call.Conduct != Conduct.Vanishes);
        switch (action)
        {
            case "session-accept" when call.Conduct == Conduct.HangsUp:
                _ = HangUpAsync(call);
                break;
            case "session-accept" when call.Conduct == Conduct.Stays:
                _stands(call);
                break;
            case "session-initiate" when call.Conduct != Conduct.Vanishes:
                call.Peer = (string)iq.Attribute("from")!;
                Ask(call, "session-accept", JingleAudio.Answer((string)jingle.Elements().First(e => e.Name.LocalName == "content").Attribute("name")!));
                if (call.Conduct == Conduct.HangsUp)
                {
                    _ = HangUpAsync(call);
                }

                break;
        }
    }

    private async Task HangUpAsync(CrowdCall call)
    {
        await _talk;
        Ask(call, "session-terminate", "<reason><success/></reason>");
    }

    private void TakeBack(CrowdCall call)
    {
        Say(call, "retract", "<reason xmlns='urn:xmpp:jingle:1'><cancel/></reason>");
        call.End();
    }

    private void Say(CrowdCall call, string what, string content = "") => _socket!.Send(
        $"<message from='{call.User}' to='{call.Peer}' id='{what}-{call.Sid}' type='chat'><{what} xmlns='{MessageNs}' id='{call.Sid}'>{content}</{what}>"
        + "<store xmlns='urn:xmpp:hints'/></message>");

    /// <summary>A request of the session. That it is refused is seen; that it is taken is nothing to tell of.</summary>
    private void Ask(CrowdCall call, string action, string content)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"q{Interlocked.Increment(ref _requestCount)}");
        _requests[id] = isResult =>
        {
            if (!isResult)
            {
                call.See(action + " refused");
            }
        };
        _socket!.Send(
            $"<iq type='set' from='{call.User}' to='{call.Peer}' id='{id}'><jingle xmlns='{JingleNs}' action='{action}' sid='{call.Sid}'>{content}</jingle></iq>");
    }

    private void Answer(XElement iq, bool isResult) => _socket!.Send(
        $"<iq type='{(isResult ? "result" : "error")}' from='{(string?)iq.Attribute("to")}' to='{(string?)iq.Attribute("from")}' id='{(string?)iq.Attribute("id")}'>"
        + (isResult ? "</iq>" : "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"));
}
