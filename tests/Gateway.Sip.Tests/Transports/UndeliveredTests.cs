using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Sip.Messages;
using Gateway.Sip.Tests.UserAgent;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.Transports;

/// <summary>Which request an ICMP error is about (RFC 3261 section 18.4).</summary>
public sealed class UndeliveredTests
{
    [Theory] // an error that is read late says nothing about what went to the same port since, nor does that of a response
    [InlineData("INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK-of-another\r\n")]
    [InlineData("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK-of-the-peer\r\n")]
    [InlineData("SIP/2.0 200 OK\r\nv: SIP/2.0/UDP h;branch=z9hG4bK-of-the-peer\r\n")] // its Via as it came (section 7.3.3)
    [InlineData("SIP/2.0 200 OK\r\nvia:")]
    public void Error_of_another_datagram_does_not_fail_a_call_to_the_same_address(string quoted)
    {
        using var agent = new TestAgent();
        agent.Call();
        var invite = agent.Request(SipMethod.Invite);

        agent.Loop.Post(() => agent.Core.OnUnreachable(new Undelivered(
            TestAgent.PeerAddress, Undelivered.BranchOf(Encoding.ASCII.GetBytes(quoted)))));
        agent.Reply(invite, 200, "b", TestAgent.Answer);

        agent.Sink.Single<SipCallEvent.Answered>();
    }

    [Theory] // its own, or one that quotes too little to tell
    [InlineData(true)]
    [InlineData(false)]
    public void Error_of_the_invite_fails_the_call_at_once(bool isQuoted)
    {
        using var agent = new TestAgent();
        agent.Call();
        var branch = agent.Request(SipMethod.Invite).TopVia.Branch;

        agent.Loop.Post(() => agent.Core.OnUnreachable(new Undelivered(TestAgent.PeerAddress, isQuoted ? branch : null)));

        var failure = agent.Sink.Single<SipCallEvent.Refused>().Failure;
        Assert.Equal((503, true), (failure.Status, failure.IsLocal));
    }

    [Fact] // Linux, ip(7) IP_RECVERR: what was sent comes back with the error
    public void Error_of_a_closed_port_tells_the_branch()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var errors = new UdpErrorQueue(socket);
        errors.Enable();
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        IPEndPoint closed;
        using (var gone = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            closed = (IPEndPoint)gone.Client.LocalEndPoint!;
        }

        socket.SendTo(Encoding.ASCII.GetBytes(
            "OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKone;rport\r\n\r\n" + new string('x', 1000)), closed);
        socket.Poll(TimeSpan.FromSeconds(60), SelectMode.SelectRead); // an error ends it too

        Assert.Equal(new Undelivered(closed, "z9hG4bKone"), Assert.Single(errors.Read()));
    }

    [Theory]
    [InlineData("INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP h:5060;rport;branch=z9hG4bKa\r\nVia: SIP/2.0/UDP i;branch=z9hG4bKb\r\n", "z9hG4bKa")]
    [InlineData("INVITE sip:x@y;branch=z9hG4bKno SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa;rport\r\n", "z9hG4bKa")]
    [InlineData("INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4", null)] // cut off
    [InlineData("INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n", null)]
    [InlineData("INVITE s", null)]
    [InlineData("", null)]
    public void Branch_is_that_of_the_topmost_via(string quoted, string? branch) =>
        Assert.Equal(branch, Undelivered.BranchOf(Encoding.ASCII.GetBytes(quoted)));
}
