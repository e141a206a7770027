using System.Collections.Immutable;
using Gateway.Media.Io;
using Gateway.Media.Srtp;

namespace Gateway.Media.Rtp;

/// <summary>
/// What one end of a call sends and wants, as its description and the other end's together say: the control plane computes
/// it and applies it on the call's loop (<see cref="MediaCall.Apply"/>). A plan replaces the one before as a whole; what is
/// equal in both goes on undisturbed.
/// </summary>
public sealed record LegPlan
{
    /// <summary>Nothing passes.</summary>
    public static LegPlan Silent { get; } = new();

    /// <summary>By the number of the leg's transport; shorter than the leg's transports when some are unused.</summary>
    public ImmutableArray<TransportPlan> Transports { get; init; } = [];

    /// <summary>By media line. The same index is the same stream at the other leg.</summary>
    public ImmutableArray<StreamPlan> Streams { get; init; } = [];
}

/// <summary>Where a transport's peer is. A closed set.</summary>
public abstract record TransportPlan
{
    private TransportPlan()
    {
    }

    /// <summary>Not described yet, or refused: nothing is sent, and what arrives is dropped.</summary>
    public sealed record None : TransportPlan;

    /// <summary>Plain RTP, or SRTP with keys from the description (RFC 4568).</summary>
    /// <param name="Rtp">As signalled; where packets go until the peer is seen to send from elsewhere (U-49, RFC 7362).</param>
    /// <param name="Rtcp">As signalled: <c>a=rtcp</c>, or RTP's port + 1; with <see cref="RtcpMux"/> the same as <paramref name="Rtp"/>.</param>
    public sealed record Plain(PeerAddress Rtp, PeerAddress Rtcp) : TransportPlan
    {
        /// <summary>RTP and RTCP on one port (RFC 5761), agreed by both ends.</summary>
        public bool RtcpMux { get; init; }

        /// <summary>Keys, when SRTP was agreed.</summary>
        public SdesPlan? Sdes { get; init; }
    }

    /// <summary>
    /// ICE and DTLS-SRTP, RTP and RTCP on one port; all streams of the leg on one transport when bundled. Remote
    /// credentials, candidates and fingerprints go to the transport itself, since candidates trickle.
    /// </summary>
    public sealed record WebRtc : TransportPlan;
}

/// <summary>Keys of RFC 4568. Their maker keeps and disposes them, not before the call has closed or has another plan.</summary>
/// <param name="Local">Protects what we send.</param>
/// <param name="Remote">Opens what the peer sends.</param>
public sealed record SdesPlan(SrtpKeyMaterial Local, SrtpKeyMaterial Remote)
{
    /// <summary>Octets of the master key identifier in what the peer sends (RFC 4568 section 6.1).</summary>
    public int RemoteIdentifierLength { get; init; }
}

/// <summary>What a stream carries.</summary>
public enum StreamKind
{
    /// <summary>m=audio.</summary>
    Audio,

    /// <summary>m=video.</summary>
    Video,
}

/// <summary>One stream of a leg.</summary>
/// <param name="Kind">Audio or video.</param>
/// <param name="Transport">The number of the leg's transport that carries it.</param>
public sealed record StreamPlan(StreamKind Kind, int Transport)
{
    /// <summary>A refused media line.</summary>
    public static StreamPlan Refused(StreamKind kind) => new(kind, -1);

    /// <summary>The peer may send, and what it sends goes on to the other leg. False: dropped (RFC 3264 section 8.4).</summary>
    public bool Receives { get; init; }

    /// <summary>
    /// The peer wants to receive. When it does, but the other leg's peer does not send, it gets comfort noise if
    /// <see cref="ComfortPayload"/> says so.
    /// </summary>
    public bool Sends { get; init; }

    /// <summary>What the peer sends, and what the other leg's peer gets for it. Other payload numbers are dropped and counted.</summary>
    public ImmutableArray<PayloadRule> Incoming { get; init; } = [];

    /// <summary>
    /// Header extensions that pass to the other leg (RFC 8285): the number here, and the number there. Others are taken off.
    /// </summary>
    public ImmutableArray<ExtensionRule> Extensions { get; init; } = [];

    /// <summary>
    /// The SSRCs that the peer announced for this stream (<c>a=ssrc</c>): how streams of one transport are told apart when
    /// payload numbers are shared (RFC 8843 section 9.2). Usually payload numbers are enough, and this is empty.
    /// </summary>
    public ImmutableArray<uint> RemoteSsrcs { get; init; } = [];

    /// <summary>The SSRC that we send with, announced to the peer; 0: the call makes one up. Stays for the call's life.</summary>
    public uint LocalSsrc { get; init; }

    /// <summary>The name in reports and source descriptions (RFC 3550 section 6.5.1). Random per call, never a person's.</summary>
    public string CName { get; init; } = "";

    /// <summary>Milliseconds of audio in a packet that we make (transcoding, comfort noise); passthrough keeps the sender's.</summary>
    public int PacketTime { get; init; } = 20;

    /// <summary>The number and rate of telephone-event towards this peer, for digits that we make; null: not negotiated.</summary>
    public DigitsFormat? Digits { get; init; }

    /// <summary>
    /// Sent as noise while the other leg's peer is silent by agreement, so that a peer that watches for media does not give
    /// up. Null: nothing is sent.
    /// </summary>
    public PayloadFormat? ComfortPayload { get; init; }

    /// <summary>RTCP feedback understood by the peer (RFC 4585, RFC 5104): requests for pictures and packets pass to it.</summary>
    public bool Feedback { get; init; }

    /// <summary>Whether anything is negotiated at all.</summary>
    public bool IsRefused => Transport < 0;
}

/// <summary>telephone-event at one leg: RFC 4733.</summary>
/// <param name="Payload">Its payload number.</param>
/// <param name="ClockRate">Its rate, which is the audio's .</param>
public sealed record DigitsFormat(byte Payload, int ClockRate);

/// <summary>A payload type of a leg, as <c>a=rtpmap</c> and <c>a=fmtp</c> describe it.</summary>
/// <param name="Id">0 to 127, never 64 to 95 (RFC 5761 section 4).</param>
/// <param name="Encoding">PCMU, PCMA, G722, opus, telephone-event, VP8…</param>
/// <param name="ClockRate">The RTP clock's rate; 8000 for G722 (RFC 3551 section 4.5.2).</param>
/// <param name="Channels">1 or 2.</param>
/// <param name="Parameters">The value of <c>a=fmtp</c>, without the number; empty when there is none.</param>
public sealed record PayloadFormat(byte Id, string Encoding, int ClockRate, int Channels = 1, string Parameters = "");

/// <summary>What becomes of the packets with one payload number.</summary>
/// <param name="Incoming">As the peer of this leg sends it.</param>
/// <param name="Outgoing">As the peer of the other leg gets it.</param>
/// <param name="Action">How the one becomes the other.</param>
public sealed record PayloadRule(PayloadFormat Incoming, PayloadFormat Outgoing, PayloadAction Action);

/// <summary>How a packet passes.</summary>
public enum PayloadAction
{
    /// <summary>As it is, under the other number .</summary>
    Forward,

    /// <summary>telephone-event: passes, with its duration and clock converted where the rates differ .</summary>
    Digits,

    /// <summary>Decoded and encoded anew.</summary>
    Transcode,
}

/// <summary>One header extension that passes.</summary>
/// <param name="Incoming">Its number at this leg, 1 to 255.</param>
/// <param name="Outgoing">Its number at the other.</param>
public readonly record struct ExtensionRule(byte Incoming, byte Outgoing);
