using System.Net;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Io;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded;

/// <summary>Puts together the plan of one end's leg: which transport carries what, and where its peer is.</summary>
internal sealed class LegBuilder(RelayEnd end, SessionText said)
{
    private readonly Dictionary<int, TransportPlan> _transports = [];
    private readonly List<StreamPlan> _streams = [];

    /// <summary>All that was added.</summary>
    public LegPlan Plan => new()
    {
        Transports = [.. Enumerable.Range(0, end.Transports.Count).Select(i => _transports.GetValueOrDefault(i, new TransportPlan.None()))],
        Streams = [.. _streams],
    };

    public void Add(StreamPlan stream) => _streams.Add(stream);

    private static PeerAddress Anywhere(PeerAddress local) => PeerAddress.FromAddress(local.IsIPv4 ? IPAddress.Any : IPAddress.IPv6Any, 0);

    /// <summary>The end's side of one medium.</summary>
    public StreamSide Side(int index, CodecPairs pairs)
    {
        var (slot, medium) = (end.Medium(index), said.Media[index]);
        LegTransport? transport = medium.IsWebRtc ? slot.WebRtc?.Media : medium.IsNowhere ? null : slot.Plain?.Transport;
        if (pairs.IsEmpty || (transport is null && !medium.IsNowhere))
        {
            return new StreamSide(-1, MediaDirection.None, [], [], [], end.Source(index));
        }

        var number = transport is null ? -1 : end.Transports.IndexOf(transport);
        var direction = medium.Direction;
        if (number >= 0 && medium.IsWebRtc)
        {
            _transports[number] = new TransportPlan.WebRtc();
        }
        else if (number >= 0)
        {
            // RFC 3264 section 8.4: the unspecified address asks for silence. A name is not looked up: the peer is where its packets come from.
            var isHeld = PeerAddress.TryParse(medium.Address, medium.Port, out var rtp) && rtp.IsAny;
            direction = isHeld ? direction & ~MediaDirection.Receives : direction;
            rtp = isHeld || !rtp.IsNone ? rtp : Anywhere(slot.Plain!.Transport.Local);
            _transports[number] = new TransportPlan.Plain(rtp, rtp.WithPort(medium.RtcpPort ?? Math.Min(medium.Port + 1, ushort.MaxValue)))
            {
                Sdes = slot.Keys.Plan,
            };
        }

        return new StreamSide(number, direction, medium.Payloads, slot.Shown, slot.ShownBefore, end.Source(index))
        {
            PacketTime = medium.PacketTime,
            Feedback = medium.IsWebRtc || medium.Protocol.EndsWith("AVPF", StringComparison.Ordinal) || !medium.Feedback.IsEmpty,
        };
    }
}
