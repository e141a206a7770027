using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Transports;

/// <summary>One place to try: RFC 3263 section 4.</summary>
/// <param name="Transport">What to send by.</param>
/// <param name="EndPoint">Where to.</param>
public sealed record SipDestination(SipTransportKind Transport, IPEndPoint EndPoint);

/// <summary>Finds where a URI is served (RFC 3263).</summary>
public interface ISipResolver
{
    /// <summary>The places to try, best first; empty when there is none. Never throws for the network.</summary>
    ValueTask<ImmutableArray<SipDestination>> ResolveAsync(SipUri uri, CancellationToken cancellationToken);
}
