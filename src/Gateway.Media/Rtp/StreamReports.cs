using System.Buffers.Binary;
using System.Text;
using Gateway.Media.Io;

namespace Gateway.Media.Rtp;

/// <summary>
/// RTCP of one stream of one leg. Reports are our own, since numbers and losses of the two legs differ; requests for
/// pictures and packets are the other peer's business, and pass with numbers and sources translated (RFC 3550 section 7.2).
/// </summary>
internal sealed class StreamReports(MediaStream stream)
{
    /// <summary>RFC 3550 section 6.2: five seconds; video's receivers want to hear of loss sooner (RFC 4585 section 3.4).</summary>
    private const int AudioInterval = 5_000;

    private const int VideoInterval = 1_000;

    /// <summary>10 ms, in the units of reports: our clock counts whole milliseconds and some peers' coarser ones, so that a short way looks negative.</summary>
    private const int Tolerance = 655;

    private const int MostFeedback = 64;
    private const int LongestName = 64;

    private byte[] _name = [];
    private long _due;
    private byte _intraNumber;
    private uint _senderRtp;
    private long _senderTime;
    private uint _senderSsrc;

    /// <summary>Packets of ours that the peer misses.</summary>
    public long RemoteLost { get; private set; }

    /// <summary>In units of what we send.</summary>
    public long RemoteJitter { get; private set; }

    /// <summary>Milliseconds.</summary>
    public double? RoundTrip { get; private set; }

    public void Apply(StreamPlan plan)
    {
        _name = Encoding.UTF8.GetBytes(plan.CName);
        _name = _name.Length > LongestName ? _name[..LongestName] : _name;
    }

    /// <summary>Reports when it is time to: half to one and a half times the interval (RFC 3550 section 6.3.1).</summary>
    public void OnTick(long now)
    {
        if (stream.Plan.IsRefused)
        {
            return;
        }

        var interval = stream.Plan.Kind == StreamKind.Video ? VideoInterval : AudioInterval;
        if (_due == 0)
        {
            _due = now + Random.Shared.Next(interval / 2, interval);
        }
        else if (now >= _due)
        {
            _due = now + Random.Shared.Next(interval / 2, interval * 3 / 2);
            Report(now, goodbye: false);
        }
    }

    /// <summary>Sends a report, and BYE with the last.</summary>
    public void Report(long now, bool goodbye)
    {
        Span<byte> buffer = stackalloc byte[256 + DatagramRoom.Spare];
        var writer = new RtcpWriter(buffer);
        var sends = stream.PacketsSent > 0;
        var hears = stream.Reception.Packets > 0;
        if (!sends && !hears && goodbye)
        {
            return;
        }

        var body = writer.Add(
            sends ? RtcpType.SenderReport : RtcpType.ReceiverReport, hears ? 1 : 0, 4 + (sends ? 20 : 0) + (hears ? 24 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(body, stream.Ssrc);
        if (sends)
        {
            BinaryPrimitives.WriteUInt64BigEndian(body[4..], NtpOf(now));
            BinaryPrimitives.WriteUInt32BigEndian(body[12..], TimestampAt(now));
            BinaryPrimitives.WriteUInt32BigEndian(body[16..], (uint)stream.PacketsSent);
            BinaryPrimitives.WriteUInt32BigEndian(body[20..], (uint)stream.OctetsSent);
        }

        if (hears)
        {
            stream.Reception.WriteBlock(body[^24..], now);
        }

        writer.AddName(stream.Ssrc, _name);
        if (goodbye)
        {
            writer.AddGoodbye(stream.Ssrc);
        }

        stream.SendRtcp(buffer, writer.Length);
    }

    /// <summary>The peer's sender report about its source: when its clock showed which timestamp.</summary>
    public void OnSenderReport(ReadOnlySpan<byte> packet, long now)
    {
        if (packet.Length < 28 || stream.Reception.Packets == 0
            || BinaryPrimitives.ReadUInt32BigEndian(packet[4..]) != stream.Reception.Ssrc)
        {
            return;
        }

        var ntp = BinaryPrimitives.ReadUInt64BigEndian(packet[8..]);
        if (ntp == 0)
        {
            return; // a phone without a clock (RFC 3550 section 6.4.1): there is nothing to learn, nor to ask back
        }

        stream.Reception.Reported((uint)(ntp >> 16), now);
        _senderSsrc = stream.Reception.Ssrc;
        _senderTime = (long)((ntp >> 16) * 1000 >> 16);
        _senderRtp = BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        stream.Leg.OnPeerClock(_senderTime, now);
    }

    /// <summary>The peer's report about what we send.</summary>
    public void OnReportBlock(ReadOnlySpan<byte> block, long now)
    {
        var lost = (int)(BinaryPrimitives.ReadUInt32BigEndian(block[4..]) << 8) >> 8;
        RemoteLost = Math.Max(0, lost);
        RemoteJitter = BinaryPrimitives.ReadUInt32BigEndian(block[12..]);
        var last = BinaryPrimitives.ReadUInt32BigEndian(block[16..]);
        var delay = BinaryPrimitives.ReadUInt32BigEndian(block[20..]);
        var trip = (int)((uint)(NtpOf(now) >> 16) - last - delay);
        if (last != 0 && trip is > -Tolerance and < 60 * 65536)
        {
            RoundTrip = Math.Max(0, trip) * 1000d / 65536;
        }
    }

    /// <summary>The peer asks for something of what we send: the other leg's peer is asked for it, if it can be.</summary>
    public void OnFeedback(ref RtcpPackets packets)
    {
        if (stream.Opposite is { Plan.Feedback: true } source)
        {
            switch (packets.Type, packets.Count)
            {
                case (RtcpType.PayloadFeedback, RtcpType.PictureLoss):
                    source.Reports.AskForPicture(full: false);
                    break;
                case (RtcpType.PayloadFeedback, RtcpType.FullIntra):
                    source.Reports.AskForPicture(full: true);
                    break;
                case (RtcpType.TransportFeedback, RtcpType.Nack):
                    source.Reports.AskAgain(packets.Current[12..], stream.Map);
                    break;
                default:
                    break; // estimates of bandwidth are about one leg's way, and end there
            }
        }
    }

    /// <summary>Asks the peer for a picture that needs no other, by the means it knows (RFC 4585 section 6.3.1, RFC 5104 section 4.3.1).</summary>
    public void AskForPicture(bool full)
    {
        if (stream.Reception.Packets == 0 || !stream.Plan.Feedback)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[128 + LongestName + DatagramRoom.Spare];
        var writer = Feedback(buffer);
        if (full)
        {
            // FIR names the source in its entry, and leaves the field of the header zero.
            var entry = writer.AddFeedback(RtcpType.PayloadFeedback, RtcpType.FullIntra, stream.Ssrc, 0, 8);
            BinaryPrimitives.WriteUInt32BigEndian(entry, stream.Reception.Ssrc);
            entry[4] = _intraNumber++;
        }
        else
        {
            writer.AddFeedback(RtcpType.PayloadFeedback, RtcpType.PictureLoss, stream.Ssrc, stream.Reception.Ssrc, 0);
        }

        stream.SendRtcp(buffer, writer.Length);
    }

    /// <summary>Asks the peer to send packets again: their numbers are translated, those that never came from it left out.</summary>
    private void AskAgain(ReadOnlySpan<byte> entries, SequenceMap map)
    {
        if (stream.Reception.Packets == 0 || map.Source != stream.Reception.Ssrc)
        {
            return;
        }

        Span<byte> translated = stackalloc byte[MostFeedback * 4];
        var length = 0;
        for (; entries.Length >= 4 && length < translated.Length; entries = entries[4..])
        {
            if (map.TryReverse(BinaryPrimitives.ReadUInt16BigEndian(entries), out var original))
            {
                // The other sixteen numbers follow at the same distance, so their mask stays as it is.
                BinaryPrimitives.WriteUInt16BigEndian(translated[length..], original);
                entries[2..4].CopyTo(translated[(length + 2)..]);
                length += 4;
            }
        }

        if (length > 0)
        {
            Span<byte> buffer = stackalloc byte[128 + LongestName + (MostFeedback * 4) + DatagramRoom.Spare];
            var writer = Feedback(buffer);
            translated[..length].CopyTo(
                writer.AddFeedback(RtcpType.TransportFeedback, RtcpType.Nack, stream.Ssrc, stream.Reception.Ssrc, length));
            stream.SendRtcp(buffer, writer.Length);
        }
    }

    /// <summary>What feedback goes out behind: an empty report and our name (RFC 4585 section 3.1).</summary>
    private RtcpWriter Feedback(Span<byte> buffer)
    {
        var writer = new RtcpWriter(buffer);
        BinaryPrimitives.WriteUInt32BigEndian(writer.Add(RtcpType.ReceiverReport, 0, 4), stream.Ssrc);
        writer.AddName(stream.Ssrc, _name);
        return writer;
    }

    /// <summary>
    /// What our stream's clock shows now. Where it follows a source that has reported, it is the source's clock, so that
    /// sound and picture of one peer still fit together behind us (RFC 3550 section 6.4.1).
    /// </summary>
    private uint TimestampAt(long now)
    {
        var map = stream.Map;
        return stream.Opposite is { } source && source.Reports._senderSsrc == map.Source && map.Source != 0
            ? source.Reports.SenderTimestampAt(now) + map.TimestampOffset
            : map.TimestampAt(now);
    }

    private uint SenderTimestampAt(long now) =>
        _senderRtp + (uint)((stream.Leg.PeerTimeAt(now) - _senderTime) * stream.Reception.ClockRate / 1000);

    /// <summary>A clock that begins with the loop's, which RFC 3550 section 4 allows: only differences mean something.</summary>
    private static ulong NtpOf(long now) => ((ulong)(now / 1000) << 32) | ((ulong)(now % 1000) * (1UL << 32) / 1000);
}
