using Gateway.Mapping.Policy;
using Gateway.Sip.Sdp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Calls;

/// <summary>What a 488 to the phone is about (RFC 3261 section 20.43, MAPPING 11.1).</summary>
internal static class CallWarnings
{
    /// <summary>Of what is offered nothing can be carried, or the client has nothing of it.</summary>
    public static SipWarning Format { get; } = new(SipWarning.IncompatibleMediaFormat, "no format that both sides have");

    private static SipWarning NoAudio { get; } = new(SipWarning.MediaTypeNotAvailable, "no audio");

    private static SipWarning Unprotected { get; } = new(SipWarning.Miscellaneous, "the media would not be secure");

    /// <summary>Why the client, or the relay for it, does not take the call.</summary>
    public static SipWarning? Of(JingleReason? reason) => reason switch
    {
        JingleReason.SecurityError => Unprotected,
        JingleReason.UnsupportedApplications => new SipWarning(SipWarning.MediaTypeNotAvailable, "the media are not available"),
        JingleReason.UnsupportedTransports => new SipWarning(SipWarning.IncompatibleTransport, "no transport that both sides have"),
        JingleReason.IncompatibleParameters or JingleReason.FailedApplication or JingleReason.MediaError => Format,
        _ => null,
    };

    /// <summary>What is missing in an offer that was not let in.</summary>
    public static SipWarning? Of(Refusal refusal) => refusal.Status == 488 ? Unprotected : null;

    /// <summary>What is missing in an offer of which nothing can be carried.</summary>
    public static SipWarning Of(string sdp) => Of(SdpSession.TryParse(sdp, out var offer, out _) ? offer : null);

    /// <inheritdoc cref="Of(string)"/>
    public static SipWarning Of(SdpSession? offer) =>
        offer?.Media.Any(media => media is { Media: "audio", IsRefused: false }) == true ? Format : NoAudio;
}
