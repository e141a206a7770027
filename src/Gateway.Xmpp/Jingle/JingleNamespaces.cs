using System.Xml.Linq;

namespace Gateway.Xmpp.Jingle;

/// <summary>The namespaces of Jingle, of its RTP application and of its ICE-UDP transport.</summary>
public static class JingleNamespaces
{
    /// <summary>XEP-0166.</summary>
    public static readonly XNamespace Core = "urn:xmpp:jingle:1";

    /// <summary>XEP-0166 section 10: application-specific error conditions.</summary>
    public static readonly XNamespace Errors = "urn:xmpp:jingle:errors:1";

    /// <summary>XEP-0167.</summary>
    public static readonly XNamespace Rtp = "urn:xmpp:jingle:apps:rtp:1";

    /// <summary>XEP-0167 section 7: <c>crypto-required</c> and <c>invalid-crypto</c>.</summary>
    public static readonly XNamespace RtpErrors = "urn:xmpp:jingle:apps:rtp:errors:1";

    /// <summary>XEP-0167 section 8: ringing, hold, mute and their ends.</summary>
    public static readonly XNamespace RtpInfo = "urn:xmpp:jingle:apps:rtp:info:1";

    /// <summary>XEP-0176.</summary>
    public static readonly XNamespace IceUdp = "urn:xmpp:jingle:transports:ice-udp:1";

    /// <summary>Options of the ICE transport (trickle, renomination), an extension of the Conversations family.</summary>
    public static readonly XNamespace IceOptions = "http://gultsch.de/xmpp/drafts/jingle/transports/ice-udp/option";

    /// <summary>XEP-0320.</summary>
    public static readonly XNamespace Dtls = "urn:xmpp:jingle:apps:dtls:0";

    /// <summary>XEP-0338.</summary>
    public static readonly XNamespace Grouping = "urn:xmpp:jingle:apps:grouping:0";

    /// <summary>XEP-0293.</summary>
    public static readonly XNamespace Feedback = "urn:xmpp:jingle:apps:rtp:rtcp-fb:0";

    /// <summary>XEP-0294.</summary>
    public static readonly XNamespace HeaderExtension = "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0";

    /// <summary>XEP-0339.</summary>
    public static readonly XNamespace Sources = "urn:xmpp:jingle:apps:rtp:ssma:0";

    /// <summary>XEP-0181.</summary>
    public static readonly XNamespace Dtmf = "urn:xmpp:jingle:dtmf:0";
}
