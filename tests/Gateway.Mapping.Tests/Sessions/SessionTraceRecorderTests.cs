using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Gateway.Mapping.Sessions;
using Gateway.Mapping.Sessions.Traces;
using Gateway.Sip.Transports;
using Gateway.Testing;
using Gateway.Xmpp.Component;

namespace Gateway.Mapping.Tests.Sessions;

public sealed class SessionTraceRecorderTests
{
    private const string Propose =
        "<message xmlns='jabber:component:accept' from='romeo@a.example/x' to='1001@gw.example'><propose xmlns='urn:xmpp:jingle-message:0' id='sid1'/></message>";

    private const string Initiate =
        "<iq xmlns='jabber:component:accept' type='set' id='i1' from='romeo@a.example/x' to='1001@gw.example/sip'>"
        + "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='sid1'><content name='0' creator='initiator'>"
        + "<description xmlns='urn:xmpp:jingle:apps:rtp:1'><encryption><crypto key-params='inline:SECRETKEY' crypto-suite='x' tag='1'/></encryption></description>"
        + "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='u' pwd='SECRETPWD'/></content></jingle></iq>";

    private const string Invite =
        "INVITE sip:1001@pbx.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\ni: call-1\r\n"
        + "Authorization: Digest username=\"gw\",\r\n response=\"SECRETDIGEST\"\r\nCSeq: 1 INVITE\r\n\r\n"
        + "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRETSDES\r\na=ice-pwd:SECRETICE\r\na=sendrecv\r\n";

    private static readonly IPEndPoint Peer = new(IPAddress.Loopback, 5060);
    private readonly VirtualTime _time = new();

    [Fact] // the operator reads one call on both sides
    public void Messages_of_both_protocols_come_in_the_order_of_the_wire()
    {
        var recorder = ARecorder();
        Stanza(recorder, StanzaDirection.In, Propose);
        _time.Advance(TimeSpan.FromSeconds(1));
        Sip(recorder, SipDirection.Sent, Invite);
        Sip(recorder, SipDirection.Received, "SIP/2.0 180 Ringing\r\nCall-ID: call-1\r\nCSeq: 1 INVITE\r\n\r\n");
        Stanza(recorder, StanzaDirection.In, Initiate);
        Stanza(recorder, StanzaDirection.Out, "<iq xmlns='jabber:component:accept' type='result' id='i1' to='romeo@a.example/x' from='1001@gw.example/sip'/>");

        Assert.True(recorder.TryRead("s1", out var entries));
        Assert.Equal(
            ["Xmpp < propose", "Sip > INVITE", "Sip < 180 Ringing", "Xmpp < session-initiate", "Xmpp > iq result"],
            entries.Select(e => $"{e.Protocol} {(e.IsSent ? '>' : '<')} {e.Summary}"));
        Assert.Equal(TimeSpan.FromSeconds(1), entries[1].At - entries[0].At);
    }

    [Fact]
    public void Secrets_and_media_keys_are_removed_and_the_rest_is_there()
    {
        var recorder = ARecorder();
        Stanza(recorder, StanzaDirection.In, Initiate);
        Sip(recorder, SipDirection.Sent, Invite);
        Sip(recorder, SipDirection.Sent, "BYE sip:gw:SECRETURI@pbx.example SIP/2.0\r\nCall-ID: call-1\r\nProxy-Authorization: Digest SECRETPROXY\r\n\r\n");

        Assert.True(recorder.TryRead("s1", out var entries));
        var all = string.Join('\n', entries.Select(e => e.Text));
        Assert.DoesNotContain("SECRET", all, StringComparison.Ordinal);
        Assert.Contains("ufrag=\"u\"", all, StringComparison.Ordinal);
        Assert.Contains("Authorization: removed\r\nCSeq: 1 INVITE", all, StringComparison.Ordinal);
        Assert.Contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80 removed", all, StringComparison.Ordinal);
        Assert.Contains("a=sendrecv", all, StringComparison.Ordinal);
    }

    [Fact] // digits are secrets
    public void Keys_pressed_are_removed_in_both_protocols()
    {
        var recorder = ARecorder();
        Stanza(recorder, StanzaDirection.In, Initiate);
        Sip(recorder, SipDirection.Sent, Invite);
        Stanza(
            recorder, StanzaDirection.In,
            "<iq xmlns='jabber:component:accept' type='set' id='i2' from='romeo@a.example/x' to='1001@gw.example/sip'>"
            + "<jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid='sid1'><dtmf xmlns='urn:xmpp:jingle:dtmf:0' code='7' duration='120'/></jingle></iq>");
        Sip(
            recorder, SipDirection.Received,
            "INFO sip:a@h SIP/2.0\r\nCall-ID: call-1\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=7\r\nDuration=160\r\n");

        Assert.True(recorder.TryRead("s1", out var entries));
        Assert.Contains("code=\"removed\"", entries[^2].Text, StringComparison.Ordinal);
        Assert.EndsWith("Content-Type: application/dtmf-relay\r\n\r\nremoved", entries[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_of_other_sessions_and_of_none_are_left_out()
    {
        var recorder = ARecorder();
        Stanza(recorder, StanzaDirection.In, Propose.Replace("sid1", "sid2", StringComparison.Ordinal));
        Stanza(recorder, StanzaDirection.In, "<message xmlns='jabber:component:accept' from='a@b' to='c@d'><body>private</body></message>");
        Stanza(recorder, StanzaDirection.In, "<iq xmlns='jabber:component:accept' type='result' id='i1' from='a@b'/>");
        Sip(recorder, SipDirection.Received, Invite.Replace("call-1", "call-2", StringComparison.Ordinal));
        Sip(recorder, SipDirection.Received, "\r\n\r\n");
        Sip(recorder, SipDirection.Received, "garbage");

        Assert.True(recorder.TryRead("s1", out var entries));
        Assert.Empty(entries);
        Assert.False(recorder.TryRead("s9", out _));
    }

    [Fact]
    public void Memory_is_bounded_and_the_oldest_go_first()
    {
        var recorder = ARecorder(octets: 10_000);
        for (var i = 0; i < 1000; i++)
        {
            Sip(recorder, SipDirection.Sent, $"INFO{i} sip:x SIP/2.0\r\nCall-ID: call-1\r\n\r\n");
        }

        Assert.True(recorder.TryRead("s1", out var entries));
        Assert.InRange(entries.Count, 70, 90);
        Assert.Equal("INFO999", entries[^1].Summary);
    }

    private static void Stanza(SessionTraceRecorder recorder, StanzaDirection direction, string xml) =>
        recorder.OnStanza(direction, XElement.Parse(xml), default);

    private static void Sip(SessionTraceRecorder recorder, SipDirection direction, string message) =>
        recorder.OnMessage(direction, SipTransportKind.Udp, Peer, Encoding.UTF8.GetBytes(message));

    private SessionTraceRecorder ARecorder(int octets = 1_000_000) => new(octets, _time) { Directory = new OneSession() };

    private sealed class OneSession : ISessionDirectory
    {
        public int Count => 1;

        public ImmutableArray<SessionInfo> List() => [];

        public bool TryFind(string id, [NotNullWhen(true)] out SessionInfo? session)
        {
            session = id == "s1"
                ? new SessionInfo(id, SessionKind.Call, "romeo@a.example", "sip:1001@pbx.example", "Talking", default) { Thread = "sid1", CallId = "call-1" }
                : null;
            return session is not null;
        }

        public bool TryHangUp(string id) => false;
    }
}
