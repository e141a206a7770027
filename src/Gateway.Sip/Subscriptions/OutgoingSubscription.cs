using System.Collections.Immutable;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Subscriptions;

/// <summary>A SUBSCRIBE to send.</summary>
/// <param name="RequestUri">Whose state.</param>
/// <param name="From">The subscriber, without tag.</param>
/// <param name="To">The resource, without tag.</param>
/// <param name="Package">Event package, such as <c>presence</c>.</param>
public sealed record OutgoingSubscription(SipUri RequestUri, NameAddr From, NameAddr To, string Package)
{
    /// <summary>How long it shall last until it is refreshed; zero fetches the state once (RFC 6665 section 4.4.3).</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1); // RFC 3856 section 6.4

    /// <summary>Media types that are understood (Accept).</summary>
    public ImmutableArray<string> Accept { get; init; } = [];

    /// <summary>Whether a body can be read: a NOTIFY with one that cannot is refused, and changes nothing. Null: whatever comes is taken.
    /// Called from the stack's loop.</summary>
    public Func<SipBody, bool>? IsReadable { get; init; }

    /// <summary>Where to send it: an outbound proxy. Default: the Request-URI.</summary>
    public SipUri? NextHop { get; init; }

    /// <summary>Answers 401 and 407.</summary>
    public SipCredentials? Credentials { get; init; }

    /// <summary>Further header fields, name and value; no CR or LF.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ExtraHeaders { get; init; } = [];
}

/// <summary>A SUBSCRIBE that arrived outside a dialog.</summary>
/// <param name="RequestUri">Whose state.</param>
/// <param name="From">The claimed subscriber.</param>
/// <param name="CallId">Call-ID.</param>
/// <param name="Package">Event package.</param>
/// <param name="Expires">How long it shall last, bounded by our own limit; zero: a fetch.</param>
/// <param name="Request">The whole request: identity headers, Accept.</param>
/// <param name="Source">Address that it came from.</param>
public sealed record IncomingSubscription(
    SipUri RequestUri, NameAddr From, string CallId, string Package, TimeSpan Expires, SipRequest Request, System.Net.IPEndPoint Source)
{
    /// <summary>P-Asserted-Identity values (RFC 3325): to be believed only from a trusted source.</summary>
    public ImmutableArray<NameAddr> AssertedIdentities { get; init; } = [];

    /// <summary>Transport it came by: udp, tcp, tls.</summary>
    public string Transport { get; init; } = "udp";

    /// <summary>It asks once, and is not kept.</summary>
    public bool IsFetch => Expires == TimeSpan.Zero;

    /// <summary>Whether the subscriber understands a media type; without Accept it takes the package's default.</summary>
    public bool Accepts(string mediaType) => !Request.HasHeader(SipHeaders.Accept)
        || Request.HeaderValues(SipHeaders.Accept).Select(SipMediaType.Of).Any(type => type == mediaType || type == "*/*"
            || (type.EndsWith("/*", StringComparison.Ordinal) && mediaType.StartsWith(type[..^1], StringComparison.Ordinal)));
}

/// <summary>What becomes of a SUBSCRIBE. A closed set.</summary>
public abstract record SubscriptionDecision
{
    private SubscriptionDecision()
    {
    }

    /// <summary>200, and the first NOTIFY at once (RFC 6665 section 4.2.1.2).</summary>
    /// <param name="Sink">Takes what happens.</param>
    /// <param name="IsActive">Authorized already; false is <c>pending</c>.</param>
    /// <param name="Body">What the first NOTIFY says; null for nothing.</param>
    public sealed record Accept(INotifierSink Sink, bool IsActive, SipBody? Body = null) : SubscriptionDecision
    {
        /// <summary>A fetch whose state is not known yet: the one NOTIFY waits for the owner, 10 seconds at most.</summary>
        public bool IsBodyLater { get; init; }

        /// <summary>Answers 401 and 407 to NOTIFY.</summary>
        public SipCredentials? Credentials { get; init; }

        /// <summary>Least time between NOTIFYs that only say something newer; the package names it.</summary>
        public TimeSpan Pace { get; init; } = TimeSpan.FromSeconds(5); // RFC 3856 section 6.10
    }

    /// <summary>A final refusal.</summary>
    public sealed record Refuse(int Status, string? Phrase = null, int? RetryAfterSeconds = null) : SubscriptionDecision;
}
