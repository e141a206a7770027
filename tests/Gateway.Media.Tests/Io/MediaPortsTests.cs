using Gateway.Media.Io;
using Gateway.Testing;

namespace Gateway.Media.Tests.Io;

public sealed class MediaPortsTests
{
    private static readonly PeerAddress Host = PeerAddress.FromBytes([127, 0, 0, 1], 0);
    private readonly TestLoop _loop = new();
    private readonly VirtualTime _time = new();

    [Fact] // RFC 3550 section 11
    public void Rtp_has_an_even_port_and_rtcp_the_next()
    {
        var ports = new MediaPorts(new PortRange(30_001, 30_010), _time);

        var lease = Open(ports, withRtcp: true);

        Assert.Equal(0, lease.Rtp.Local.Port % 2);
        Assert.Equal(lease.Rtp.Local.Port + 1, lease.Rtcp!.Local.Port);
        Assert.InRange(lease.Rtp.Local.Port, 30_002, 30_008);
    }

    [Fact]
    public void Ports_of_others_are_passed_over()
    {
        var ports = new MediaPorts(new PortRange(30_000, 30_003), _time);
        _loop.Held.Add(30_001);

        Assert.Equal(30_002, Open(ports, withRtcp: true).Rtp.Local.Port);
        Assert.Single(_loop.Sockets, socket => socket.Key.Port == 30_002);
        Assert.DoesNotContain(_loop.Sockets, socket => socket.Key.Port == 30_000);
    }

    [Fact]
    public void Freed_port_rests_so_that_a_new_call_never_hears_an_old_one()
    {
        var ports = new MediaPorts(new PortRange(30_000, 30_007), _time);
        var freed = Open(ports);
        var port = freed.Rtp.Local.Port;
        freed.Close();

        var others = Enumerable.Range(0, 3).Select(_ => Open(ports).Rtp.Local.Port).ToArray();

        Assert.DoesNotContain(port, others);
    }

    [Fact]
    public void Rested_port_is_given_again()
    {
        var ports = new MediaPorts(new PortRange(30_000, 30_003), _time);
        Open(ports);
        var freed = Open(ports);
        freed.Close();

        _time.Advance(MediaPorts.Rest);

        Assert.Equal(freed.Rtp.Local.Port, Open(ports).Rtp.Local.Port);
    }

    [Fact]
    public void Port_that_rested_longest_is_given_early_when_there_is_no_other()
    {
        var ports = new MediaPorts(new PortRange(30_000, 30_003), _time);
        var (first, second) = (Open(ports), Open(ports));
        second.Close();
        _time.Advance(TimeSpan.FromSeconds(1));
        first.Close();

        Assert.Equal(second.Rtp.Local.Port, Open(ports).Rtp.Local.Port);
    }

    [Fact]
    public void Exhaustion_is_an_answer()
    {
        var ports = new MediaPorts(new PortRange(30_000, 30_003), _time);
        Open(ports);
        Open(ports);

        Assert.False(ports.TryOpen(_loop, Host, new Nobody(), false, out _));
        Assert.Equal(2, ports.Taken);
    }

    [Fact]
    public void Closing_a_lease_twice_frees_it_once()
    {
        var ports = new MediaPorts(new PortRange(30_000, 30_003), _time);
        var lease = Open(ports, withRtcp: true);

        lease.Close();
        lease.Close();

        Assert.Equal(0, ports.Taken);
        Assert.Empty(_loop.Sockets);
    }

    [Theory]
    [InlineData("30000-34999", true)]
    [InlineData("34999-30000", false)]
    [InlineData("80-90", false)]
    [InlineData("30000-70000", false)]
    [InlineData("30000", false)]
    [InlineData("a-b", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Range_is_read_strictly(string? text, bool good)
    {
        Assert.Equal(good, PortRange.TryParse(text, out var range));
        Assert.Equal(good ? text : "0-0", range.ToString());
    }

    private PortLease Open(MediaPorts ports, bool withRtcp = false)
    {
        Assert.True(ports.TryOpen(_loop, Host, new Nobody(), withRtcp, out var lease));
        return lease;
    }

    private sealed class Nobody : IDatagramHandler
    {
        public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now)
        {
        }
    }
}
