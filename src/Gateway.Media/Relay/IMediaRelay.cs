using System.Collections.Immutable;
using System.Net.Sockets;

namespace Gateway.Media.Relay;

/// <summary>
/// The media relay: session descriptions in, session descriptions out. Its verbs are those of rtpengine's ng protocol.
/// A session has two ends, each named by a tag; the side that offers first is anchored on ports of the relay, and so is
/// the other. No method throws for what a relay or a network does: faults come back as values.
/// Verbs of one session are carried out one at a time, in the order of the calls. The origin line is the author's own, save
/// its address: who re-offers in another's name keeps session id and version in order (RFC 3264 section 8).
/// </summary>
public interface IMediaRelay
{
    /// <summary>
    /// Whether media offered to a WebRTC end share a transport (R-26, RFC 9143). Most such ends take several media in no other way.
    /// </summary>
    bool Bundles => true;

    /// <summary>
    /// Whether packets get the payload numbers that their receiver named, whatever the sender's are, so that the two ends need
    /// not agree on any.
    /// </summary>
    bool Renumbers => true;

    /// <summary>False when it is known that no new session could be begun: the relay is down.</summary>
    bool IsAvailable => true;

    /// <summary>
    /// Whether sessions outlive the process that asked for them, so that whoever ends without deleting them has to do it later.
    /// </summary>
    bool KeepsSessions => false;

    /// <summary>
    /// Whether an end with ICE has to speak DTLS, too. One that sends plain RTP over ICE, or has its keys in its description, is refused
    /// then.
    /// </summary>
    bool RequiresDtls => false;

    /// <summary>
    /// Takes an offer of one end and gives the offer to show the other end. Repeated for re-offers: hold, ICE restart, and
    /// the own offer of an end on whose behalf the gateway had offered before. As long as the session lives, the other end's
    /// address and ports stay, so it need not be asked when its last answer still fits: same codecs, same numbers.
    /// </summary>
    ValueTask<MediaResult> OfferAsync(MediaOffer offer, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the answer of the other end and gives the answer to show the end that offered. May be repeated: with the same
    /// description after a re-offer, with another one when a provisional answer was not the last.
    /// </summary>
    ValueTask<MediaResult> AnswerAsync(MediaAnswer answer, CancellationToken cancellationToken);

    /// <summary>
    /// Adds trickled candidates of one end (an SDP fragment, RFC 8840 section 9). Those that come before their end's
    /// description wait for it; those of another ICE generation are dropped.
    /// </summary>
    ValueTask<MediaResult> TrickleAsync(MediaTrickle trickle, CancellationToken cancellationToken);

    /// <summary>
    /// Sends a key's tone to one end as telephone-event (RFC 4733), between the packets of the other end's voice. Refused when
    /// no telephone-event is negotiated with that end.
    /// </summary>
    ValueTask<MediaResult> PlayDigitAsync(MediaDigit digit, CancellationToken cancellationToken);

    /// <summary>
    /// Frees everything of the session, also of one that an earlier process asked for. Deleting an unknown session succeeds; where
    /// nobody answers it may be asked for again.
    /// </summary>
    ValueTask<MediaResult> DeleteAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// The same for who does not use the ports itself: the session is unknown at once, and its ports are free a moment later where waiting
    /// for that would only wake a thread.
    /// </summary>
    ValueTask<MediaResult> ReleaseAsync(string sessionId, CancellationToken cancellationToken) => DeleteAsync(sessionId, cancellationToken);

    /// <summary>Packets seen and lost so far; null when the session is unknown or the relay silent.</summary>
    ValueTask<MediaStatistics?> QueryAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>Whether the relay answers.</summary>
    ValueTask<bool> PingAsync(CancellationToken cancellationToken);
}

/// <summary>What the end that will read the description needs.</summary>
public enum MediaProfile
{
    /// <summary>RTP/AVP without ICE: SIP phones and trunks.</summary>
    PlainRtp,

    /// <summary>ICE, DTLS-SRTP, rtcp-mux: browsers, and clients built like them.</summary>
    WebRtc,
}

/// <summary>Whether an end without ICE is offered SRTP with its keys in the description (RFC 4568).</summary>
public enum MediaSrtp
{
    /// <summary>RTP in clear, unless the end's own description asked for SRTP before.</summary>
    Off,

    /// <summary>RTP/AVP with keys, which an end that does not know them passes over (RFC 8643).</summary>
    Optional,

    /// <summary>RTP/SAVP.</summary>
    Required,
}

/// <summary>An offer to be rewritten.</summary>
/// <param name="SessionId">Names the session at the relay; unique per call.</param>
/// <param name="FromTag">The end that offers.</param>
/// <param name="Sdp">Its description, CRLF lines.</param>
/// <param name="Towards">What the reader of the result needs.</param>
public sealed record MediaOffer(string SessionId, string FromTag, string Sdp, MediaProfile Towards)
{
    /// <summary>The other end's tag, when known (re-offers).</summary>
    public string? ToTag { get; init; }

    /// <summary>
    /// Encoding names added to the offer, transcoded by the relay when the far end picks one and the near end does not
    /// have it. Empty: passthrough only. A re-offer names them again.
    /// </summary>
    public ImmutableArray<string> Transcode { get; init; } = [];

    /// <summary>For <see cref="MediaProfile.PlainRtp"/>. A re-offer says it again.</summary>
    public MediaSrtp Srtp { get; init; }

    /// <summary>For <see cref="MediaProfile.PlainRtp"/>: IPv4 or IPv6, where it is known which of them the reader reaches, and the relay
    /// has both; null: the relay's first address. A re-offer says it again.</summary>
    public AddressFamily? Family { get; init; }
}

/// <summary>An answer to be rewritten. <paramref name="Towards"/> describes the end that offered.</summary>
public sealed record MediaAnswer(string SessionId, string FromTag, string ToTag, string Sdp, MediaProfile Towards);

/// <summary>Candidates of the end <paramref name="FromTag"/>: lines a=ice-ufrag, a=ice-pwd, m=, a=mid, a=candidate.</summary>
public sealed record MediaTrickle(string SessionId, string FromTag, string SdpFragment)
{
    /// <summary>The other end's tag, when known.</summary>
    public string? ToTag { get; init; }
}

/// <summary>A key pressed, as the end <paramref name="ToTag"/> shall hear it.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="ToTag">Who gets it.</param>
/// <param name="Key">0 to 9, *, #, A to D.</param>
/// <param name="Duration">How long it is held; at least 40 ms are sent .</param>
public sealed record MediaDigit(string SessionId, string ToTag, char Key, TimeSpan Duration)
{
    /// <summary>Digits are secrets: never printed.</summary>
    public override string ToString() => $"digit for {ToTag} in {SessionId}";
}

/// <summary>A rewritten description (empty for verbs without one), or the fault.</summary>
public readonly record struct MediaResult(string? Sdp, MediaFault Fault, string? Detail)
{
    /// <summary>True when there is no fault.</summary>
    public bool IsOk => Fault == MediaFault.None;

    /// <summary>A success.</summary>
    public static MediaResult Ok(string? sdp = null) => new(sdp, MediaFault.None, null);

    /// <summary>A fault; <paramref name="detail"/> is for the log, never for a peer.</summary>
    public static MediaResult Failed(MediaFault fault, string detail) => new(null, fault, detail);
}

/// <summary>Why a relay verb failed.</summary>
public enum MediaFault
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>No relay answered in time.</summary>
    Unavailable,

    /// <summary>The relay refused: the description is not usable.</summary>
    Refused,

    /// <summary>The relay has no ports or sessions left.</summary>
    Exhausted,
}

/// <summary>Counters of a session, summed over both ends.</summary>
public sealed record MediaStatistics(ImmutableArray<MediaEndStatistics> Ends);

/// <summary>Counters of one end: packets received from it.</summary>
public sealed record MediaEndStatistics(string Tag, long Packets, long Bytes, long Errors)
{
    /// <summary>Seconds since the epoch of the last packet, 0 when none came.</summary>
    public long LastPacket { get; init; }

    /// <summary>How what the end sends arrives here; null when the relay does not measure it.</summary>
    public MediaQuality? Received { get; init; }

    /// <summary>How what is sent to the end arrives there, by its own reports; null when it sends none.</summary>
    public MediaQuality? Sent { get; init; }
}
