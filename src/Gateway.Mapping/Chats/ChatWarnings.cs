using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>What a 488 to the phone is about (RFC 3261 section 20.43, MAPPING N-12 and N-13).</summary>
internal static class ChatWarnings
{
    /// <summary>The user, or her device, does not agree to the media types.</summary>
    public static SipWarning Format { get; } = new(SipWarning.IncompatibleMediaFormat, "a media type is not acceptable");

    /// <summary>There is nothing in the offer that a chat session could be.</summary>
    public static SipWarning NoStream { get; } = new(SipWarning.MediaTypeNotAvailable, "no stream of messages");

    /// <summary>She was asked, and said nothing (N-24).</summary>
    public static SipWarning NoAnswer { get; } = new(SipWarning.Miscellaneous, "the other side did not answer");

    /// <summary>An INVITE with Replaces (RFC 3891).</summary>
    public static SipWarning NoReplacement { get; } = new(SipWarning.Miscellaneous, "a chat session cannot be taken over");

    /// <summary>What of the offer her device cannot do; null where that would tell who is there (N-47).</summary>
    public static SipWarning? Of(ChatEvent.FormBounced f) => f switch
    {
        { ByDevice: false } => null,
        { Condition: StanzaErrorCondition.ServiceUnavailable } => new SipWarning(SipWarning.MediaTypeNotAvailable, "no chat sessions"),
        { Condition: StanzaErrorCondition.NotAcceptable } or { Condition: StanzaErrorCondition.FeatureNotImplemented, NamesFormats: true } => Format,
        { Condition: StanzaErrorCondition.FeatureNotImplemented } => new SipWarning(SipWarning.Miscellaneous, "a required feature is missing"),
        _ => null,
    };

    /// <summary>What is wrong with a description that no session can be made of.</summary>
    public static SipWarning? Of(MsrpRefusal refusal) =>
        refusal.Status == 488 ? new SipWarning(SipWarning.Miscellaneous, refusal.Reason) : null;
}
