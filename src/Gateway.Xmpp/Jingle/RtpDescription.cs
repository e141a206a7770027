using System.Collections.Immutable;

namespace Gateway.Xmpp.Jingle;

/// <summary>The <c>description</c> of Jingle RTP (XEP-0167 section 4), with the children that later extensions added.</summary>
/// <param name="Media"><c>audio</c> or <c>video</c>.</param>
public sealed record RtpDescription(string Media)
{
    /// <summary>The <c>ssrc</c> attribute; XEP-0339's sources are elsewhere.</summary>
    public string? Ssrc { get; init; }

    /// <summary>Codecs, most preferred first.</summary>
    public ImmutableArray<RtpPayloadType> Payloads { get; init; } = [];

    /// <summary>RTP and RTCP on one port.</summary>
    public bool RtcpMux { get; init; }

    /// <summary>SDES keys; null when there is no <c>encryption</c>.</summary>
    public RtpEncryption? Encryption { get; init; }

    /// <summary>Bandwidths: type (<c>AS</c>, <c>TIAS</c>, …) and value, in document order.</summary>
    public ImmutableArray<RtpBandwidth> Bandwidths { get; init; } = [];

    /// <summary>Feedback that applies to all payloads (XEP-0293).</summary>
    public RtpFeedback Feedback { get; init; } = RtpFeedback.None;

    /// <summary>RTP header extensions (XEP-0294).</summary>
    public ImmutableArray<RtpHeaderExtension> HeaderExtensions { get; init; } = [];

    /// <summary>One- and two-byte header extensions may be mixed (XEP-0294).</summary>
    public bool ExtmapAllowMixed { get; init; }

    /// <summary>Sources announced (XEP-0339).</summary>
    public ImmutableArray<RtpSource> Sources { get; init; } = [];

    /// <summary>Groups of sources (XEP-0339).</summary>
    public ImmutableArray<RtpSourceGroup> SourceGroups { get; init; } = [];
}

/// <summary>A codec with its number.</summary>
/// <param name="Id">RTP payload type, 0 to 127.</param>
/// <param name="Name">Encoding name; null only for static types (RFC 3551), which may leave it out.</param>
/// <param name="ClockRate">Hz; null when absent.</param>
/// <param name="Channels">1 when absent.</param>
public sealed record RtpPayloadType(int Id, string? Name, int? ClockRate = null, int Channels = 1)
{
    /// <summary>Milliseconds in a packet; null when absent.</summary>
    public int? Ptime { get; init; }

    /// <summary>Most milliseconds in a packet; null when absent.</summary>
    public int? MaxPtime { get; init; }

    /// <summary>Format parameters in document order.</summary>
    public ImmutableArray<RtpParameter> Parameters { get; init; } = [];

    /// <summary>Feedback for this payload (XEP-0293).</summary>
    public RtpFeedback Feedback { get; init; } = RtpFeedback.None;
}

/// <summary>
/// A parameter. A lone value has an empty <paramref name="Name"/> by XEP-0167; libwebrtc's Jingle writes it as a name
/// without a value (<c>111/111</c> of red).
/// </summary>
/// <param name="Name">Its name, case-sensitive.</param>
/// <param name="Value">Its value; null when the attribute is absent.</param>
public sealed record RtpParameter(string Name, string? Value);

/// <summary>RTCP feedback (XEP-0293): its messages and the least interval between regular reports.</summary>
/// <param name="Messages">The feedback messages.</param>
/// <param name="TrrInterval"><c>trr-int</c> in milliseconds; null when absent.</param>
public sealed record RtpFeedback(ImmutableArray<RtpFeedbackMessage> Messages, int? TrrInterval = null)
{
    /// <summary>No feedback.</summary>
    public static readonly RtpFeedback None = new([]);

    /// <summary>True when nothing is said, so that the profile may stay RTP/AVP.</summary>
    public bool IsNone => Messages.IsEmpty && TrrInterval is null;
}

/// <summary>A feedback message, for example <c>nack pli</c>.</summary>
/// <param name="Type"><c>nack</c>, <c>ccm</c>, <c>transport-cc</c>, …</param>
/// <param name="Subtype">Depends on the type; null when absent.</param>
public sealed record RtpFeedbackMessage(string Type, string? Subtype = null)
{
    /// <summary>Further parameters.</summary>
    public ImmutableArray<RtpParameter> Parameters { get; init; } = [];
}

/// <summary>An RTP header extension (XEP-0294, RFC 8285).</summary>
/// <param name="Id">1 to 256 or 4096 to 4351.</param>
/// <param name="Uri">What it is.</param>
/// <param name="Senders">Who may send it; an odd value reads as both (MAPPING R-24).</param>
public sealed record RtpHeaderExtension(int Id, string Uri, JingleSenders Senders = JingleSenders.Both)
{
    /// <summary>Further parameters.</summary>
    public ImmutableArray<RtpParameter> Parameters { get; init; } = [];
}

/// <summary>A source and its attributes, <c>cname</c>, <c>msid</c>, … (XEP-0339).</summary>
public sealed record RtpSource(uint Ssrc, ImmutableArray<RtpParameter> Parameters);

/// <summary>Sources that belong together (XEP-0339), for example <c>FID</c>.</summary>
public sealed record RtpSourceGroup(string Semantics, ImmutableArray<uint> Sources);

/// <summary>A bandwidth: the SDP bwtype and its number.</summary>
public sealed record RtpBandwidth(string Type, long Value);
