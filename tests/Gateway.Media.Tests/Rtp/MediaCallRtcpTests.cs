using System.Buffers.Binary;
using Gateway.Media.Rtp;
using static Gateway.Media.Tests.Rtp.CallBench;

namespace Gateway.Media.Tests.Rtp;

/// <summary>RTCP is each leg's own: RFC 3550 section 6, RFC 4585, RFC 5104.</summary>
public sealed class MediaCallRtcpTests
{
    private readonly CallBench _bench = new();

    [Fact] // RFC 3550 section 6.4
    public void Peers_get_reports_of_what_we_send_and_hear()
    {
        for (var i = 0; i < 500; i++)
        {
            _bench.Send(0, Voice(i, timestamp: (uint)i * 160, ssrc: 50));
            _bench.Loop.Advance(20);
        }

        var rtp = _bench.Received(1);
        var sender = _bench.ReceivedRtcp(1)[^1];
        Assert.Equal(RtcpType.SenderReport, sender[1]);
        Assert.Equal(rtp[0].Ssrc, Read(sender, 4));
        Assert.InRange(Read(sender, 20), 100u, 500u);
        Assert.Equal(Read(sender, 20) * 4, Read(sender, 24));
        var elapsed = (uint)(Read(sender, 20) * 160);
        Assert.InRange(Read(sender, 16) - rtp[0].Timestamp, elapsed - 320, elapsed + 320);

        var receiver = _bench.ReceivedRtcp(0)[^1];
        Assert.Equal(RtcpType.ReceiverReport, receiver[1]);
        Assert.Equal(50u, Read(receiver, 8));
        Assert.Equal(0u, Read(receiver, 12));
        Assert.Equal(RtcpType.SourceDescription, receiver[33]);
        Assert.Equal("name"u8.ToArray(), receiver[42..46]);
    }

    [Fact] // section 6.4.1
    public void Round_trip_is_taken_from_the_peers_answer_to_our_report()
    {
        _bench.Send(0, Voice(1));
        var ssrc = _bench.Received(1).Single().Ssrc;
        while (_bench.Loop.Sockets[_bench.Transport(1).Local.WithPort(_bench.Transport(1).Local.Port + 1)].Sent.Count == 0)
        {
            _bench.Loop.Advance(100);
        }

        var report = _bench.ReceivedRtcp(1)[0];
        _bench.Loop.Advance(80);
        _bench.SendRtcp(1, [0x81, 201, 0, 7, 0, 0, 0, 9, .. Four(ssrc), 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 80, .. report[10..14], 0, 0, 0, 0]);

        var figures = _bench.Call.Figures(1)[0];
        Assert.InRange(figures.RoundTrip!.Value, 79, 180);
        Assert.Equal(3, figures.RemoteLost);
        Assert.Equal(10, figures.RemoteJitter);
    }

    [Fact] // section 6.4.1: lip-sync goes by the clock of the codec that is spoken, which need not be the preferred one
    public void Clock_of_reports_is_that_of_the_codec_which_is_spoken()
    {
        _bench.Change(0, plan => plan with { Incoming = [new(Opus, Opus, PayloadAction.Forward), .. plan.Incoming] });
        for (var i = 0; i < 1_000; i++)
        {
            _bench.Send(0, Voice(i, timestamp: (uint)i * 160, ssrc: 50));
            if (i % 200 == 1)
            {
                var seconds = 1_000 + (i / 50);
                _bench.SendRtcp(0, [0x80, 200, 0, 6, 0, 0, 0, 50, .. Four((uint)seconds), .. Four((uint)(i % 50 * 85_899_346)), .. Four((uint)i * 160), 0, 0, 0, 1, 0, 0, 0, 4]);
            }

            _bench.Loop.Advance(20);
        }

        var reports = _bench.ReceivedRtcp(1);
        var (first, last) = (reports[^2], reports[^1]);
        var milliseconds = ((Read(last, 8) - Read(first, 8)) * 1000d) + ((Read(last, 12) - (double)Read(first, 12)) * 1000 / uint.MaxValue);
        Assert.InRange(milliseconds, 1_000, 10_000);
        Assert.InRange((Read(last, 16) - Read(first, 16)) / milliseconds, 7.9, 8.1);
        Assert.InRange(_bench.Call.Figures(0)[0].Jitter, 0, 1);
    }

    [Fact] // section 6.4.1: its NTP timestamp is zero
    public void Peer_without_a_clock_does_not_move_ours()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _bench.Send(0, Voice(i, timestamp: (uint)i * 160, ssrc: 50));
            if (i % 50 == 1)
            {
                _bench.SendRtcp(0, [0x80, 200, 0, 6, 0, 0, 0, 50, .. new byte[8], .. Four((uint)i * 160), 0, 0, 0, 1, 0, 0, 0, 4]);
            }

            _bench.Loop.Advance(20);
        }

        var first = _bench.Received(1)[0].Timestamp;
        var report = _bench.ReceivedRtcp(1)[^1];
        Assert.InRange(Read(report, 16) - first, (Read(report, 20) * 160) - 320, (Read(report, 20) * 160) + 320);
    }

    [Fact] // section 6.4.1: whoever counts finer than we do has waited longer than we saw
    public void Round_trip_on_a_short_way_is_nought_and_not_unknown()
    {
        _bench.Send(0, Voice(1));
        var ssrc = _bench.Received(1).Single().Ssrc;
        _bench.Loop.Advance(8_000);
        var report = _bench.ReceivedRtcp(1)[^1];
        var sent = ((Read(report, 8) & 0xFFFF) << 16) | (Read(report, 12) >> 16);
        var now = (uint)(_bench.Loop.Now * 65_536 / 1000);
        _bench.SendRtcp(1, [0x81, 201, 0, 7, 0, 0, 0, 9, .. Four(ssrc), .. new byte[12], .. Four(sent), .. Four(now - sent + 60)]);

        Assert.Equal(0, _bench.Call.Figures(1)[0].RoundTrip);
    }

    [Fact] // section 6.6
    public void Goodbye_is_said_at_the_end_and_told_when_it_comes()
    {
        _bench.Send(0, Voice(1, ssrc: 50));
        _bench.SendRtcp(0, [0x80, 201, 0, 1, 0, 0, 0, 50, 0x81, 203, 0, 1, 0, 0, 0, 50]);
        Assert.Contains("goodbye 0", _bench.Told);

        _bench.Call.Close();

        Assert.Equal(RtcpType.Goodbye, _bench.ReceivedRtcp(1)[^1][^7]);
    }

    [Fact]
    public void Rtcp_of_strangers_is_dropped()
    {
        _bench.Send(0, Voice(1, ssrc: 50));
        _bench.SendRtcp(0, [0x81, 203, 0, 1, 0, 0, 0, 50], Address("203.0.113.66", 667));

        Assert.DoesNotContain("goodbye 0", _bench.Told);
        Assert.Equal(1, _bench.Transport(0).Counters.Strangers);
    }

    [Fact] // RFC 5761 section 5.1.1
    public void Muxed_rtcp_comes_and_goes_on_the_port_of_rtp()
    {
        _bench.ChangeLeg(0, plan => plan with
        {
            Transports = [((TransportPlan.Plain)plan.Transports[0]) with { Rtcp = Peer(0), RtcpMux = true }],
        });
        _bench.Send(0, Voice(1, ssrc: 50));
        _bench.Send(0, [0x81, 203, 0, 1, 0, 0, 0, 50]);
        Assert.Contains("goodbye 0", _bench.Told);

        _bench.Call.Close();
        Assert.Contains(_bench.Loop.Sockets[_bench.Transport(0).Local].Sent, sent => RtpHeader.IsRtcp(sent.Datagram) && sent.To == Peer(0));
    }

    [Theory] // RFC 4585 section 6.3.1, RFC 5104 section 4.3.1
    [InlineData(RtcpType.PictureLoss)]
    [InlineData(RtcpType.FullIntra)]
    public void Request_for_a_picture_goes_to_whoever_makes_it(byte format)
    {
        var ssrc = VideoFrom(0);
        byte[] request = format == RtcpType.PictureLoss
            ? [0x81, 206, 0, 2, 0, 0, 0, 9, .. Four(ssrc)]
            : [0x84, 206, 0, 4, 0, 0, 0, 9, 0, 0, 0, 0, .. Four(ssrc), 1, 0, 0, 0];

        _bench.SendRtcp(1, request);

        var got = _bench.ReceivedRtcp(0)[^1];
        var feedback = got.AsSpan(FeedbackIn(got));
        Assert.Equal(format, feedback[0] & 0x1F);
        Assert.Equal(50u, Read(feedback, format == RtcpType.PictureLoss ? 8 : 12));
    }

    [Fact] // RFC 4585 section 6.2.1
    public void Request_to_send_again_is_translated_to_the_sources_numbers()
    {
        var ssrc = VideoFrom(0);
        var lost = _bench.Received(1)[^1].Sequence;

        _bench.SendRtcp(1, [0x81, 205, 0, 3, 0, 0, 0, 9, .. Four(ssrc), (byte)(lost >> 8), (byte)lost, 0, 3]);

        var got = _bench.ReceivedRtcp(0)[^1];
        var feedback = got.AsSpan(FeedbackIn(got));
        Assert.Equal((205, 50u), (feedback[1], Read(feedback, 8)));
        Assert.Equal((4711u << 16) | 3, Read(feedback, 12));
    }

    [Fact]
    public void Picture_is_asked_of_the_source_that_is_shown_and_not_of_one_whose_packets_are_late()
    {
        var ssrc = VideoFrom(0);
        _bench.Send(0, Voice(9, payload: 96, ssrc: 60));
        _bench.Send(0, Voice(4712, payload: 96, ssrc: 50));
        _bench.SendRtcp(1, [0x81, 206, 0, 2, 0, 0, 0, 9, .. Four(ssrc)]);

        var got = _bench.ReceivedRtcp(0)[^1];
        Assert.Equal(60u, Read(got, FeedbackIn(got) + 8));
    }

    [Fact]
    public void Peer_that_resumes_video_gets_a_picture_that_needs_no_other()
    {
        VideoFrom(0);
        _bench.Change(1, plan => plan with { Sends = false });
        Assert.Empty(_bench.ReceivedRtcp(0));

        _bench.Change(1, plan => plan with { Sends = true });

        var got = Assert.Single(_bench.ReceivedRtcp(0));
        Assert.Equal(RtcpType.PayloadFeedback, got[FeedbackIn(got) + 1]);
        Assert.Equal(RtcpType.PictureLoss, got[FeedbackIn(got)] & 0x1F);
    }

    [Fact] // a phone without AVPF
    public void Peer_that_knows_no_feedback_is_not_asked()
    {
        var ssrc = VideoFrom(0, feedback: false);
        _bench.SendRtcp(1, [0x81, 206, 0, 2, 0, 0, 0, 9, .. Four(ssrc)]);

        Assert.Empty(_bench.ReceivedRtcp(0));
    }

    private uint VideoFrom(int leg, bool feedback = true)
    {
        for (var each = 0; each < 2; each++)
        {
            _bench.Change(each, _ => new StreamPlan(StreamKind.Video, 0)
            {
                Receives = true, Sends = true, Feedback = feedback, Incoming = [new(Video, Video, PayloadAction.Forward)],
            });
        }

        _bench.Send(leg, Voice(4710, payload: 96, ssrc: 50));
        _bench.Send(leg, Voice(4711, payload: 96, ssrc: 50));
        return _bench.Loop.Sockets[_bench.Transport(1 - leg).Local].Sent[0].Datagram is var sent ? Read(sent, 8) : 0;
    }

    /// <summary>Where the first feedback begins.</summary>
    private static int FeedbackIn(byte[] compound)
    {
        var at = 0;
        while (compound[at + 1] < 205)
        {
            at += 4 + (BinaryPrimitives.ReadUInt16BigEndian(compound.AsSpan(at + 2)) * 4);
        }

        return at;
    }

    private static uint Read(ReadOnlySpan<byte> packet, int at) => BinaryPrimitives.ReadUInt32BigEndian(packet[at..]);

    private static byte[] Four(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return octets;
    }
}
