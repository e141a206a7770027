using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Transports;

/// <summary>Addresses by A and AAAA records, transport and port from the URI or their defaults (RFC 3263 sections 4.1, 4.2).</summary>
internal sealed class AddressResolver : ISipResolver
{
    /// <summary>The URI of a proxy, which is asked for again and again, and where it leads; an address does not change.</summary>
    private Literal? _last;

    public ValueTask<ImmutableArray<SipDestination>> ResolveAsync(SipUri uri, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _last) is { } last && ReferenceEquals(last.Uri, uri))
        {
            return ValueTask.FromResult(last.Destinations);
        }

        if (!TryReadTransport(uri, out var transport))
        {
            return ValueTask.FromResult<ImmutableArray<SipDestination>>([]);
        }

        var asked = uri;
        if (uri.Parameter("maddr") is { } instead && SipUri.TryCreate(null, instead, uri.Port, "sip", out var other))
        {
            uri = other; // RFC 3263 section 4
        }

        var port = uri.Port ?? SipTransportKinds.DefaultPort;
        if (!uri.TryGetAddress(out var literal))
        {
            return FindAsync(uri.Host, port, transport, cancellationToken);
        }

        var found = new Literal(asked, [new SipDestination(transport, new IPEndPoint(literal, port))]);
        Volatile.Write(ref _last, found);
        return ValueTask.FromResult(found.Destinations);
    }

    private static async ValueTask<ImmutableArray<SipDestination>> FindAsync(
        string host, int port, SipTransportKind transport, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return [.. found
                .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                .Select(address => new SipDestination(transport, new IPEndPoint(address, port)))];
        }
        catch (SocketException)
        {
            return []; // no such host, or no name server
        }
        catch (ArgumentException)
        {
            return []; // a name that no DNS can hold
        }
    }

    /// <summary>sips needs TLS on every hop, and is never sent in the clear (RFC 3261 section 26.2.2, MAPPING U-35).</summary>
    private static bool TryReadTransport(SipUri uri, out SipTransportKind transport)
    {
        transport = SipTransportKind.Udp;
        return uri.Scheme == "sip"
            && (uri.Parameter("transport") is not { } named || SipTransportKinds.TryParse(named, out transport));
    }

    private sealed record Literal(SipUri Uri, ImmutableArray<SipDestination> Destinations);
}
