using System.Net;

namespace Gateway.Host.Configuration;

/// <summary>The operator's HTTP interface.</summary>
public sealed record HttpOptions
{
    /// <summary>Where it listens: loopback, since it hangs up calls.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>Bearer token (RFC 6750) of every request; required beyond loopback.</summary>
    public Secret? Token { get; init; }

    /// <summary>Megabytes of messages kept for traces, over all sessions; 0 keeps none.</summary>
    public int TraceMegabytes { get; init; } = 8;
}
