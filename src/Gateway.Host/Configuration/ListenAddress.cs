using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Gateway.Host.Configuration;

/// <summary>Where to listen: <c>udp:0.0.0.0:5060</c>, <c>tcp:[::1]:5060</c>, <c>tls:192.0.2.1:5061</c>.</summary>
/// <param name="Transport">udp, tcp, tls, ws or wss.</param>
/// <param name="EndPoint">Address and port; port 0 lets the system choose.</param>
public sealed record ListenAddress(string Transport, IPEndPoint EndPoint)
{
    /// <summary>Every transport that a configuration may name.</summary>
    public static readonly string[] Transports = ["udp", "tcp", "tls", "ws", "wss"];

    /// <summary>Without a port 5060 is taken, 5061 for tls (RFC 3261 section 19.1.2).</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out ListenAddress value)
    {
        value = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return false;
        }

        var transport = text[..colon].ToLowerInvariant();
        if (!Transports.Contains(transport)
            || !HostPort.TryParse(text[(colon + 1)..], transport == "tls" ? 5061 : 5060, out var where)
            || where.Address is null)
        {
            return false;
        }

        value = new ListenAddress(transport, new IPEndPoint(where.Address, where.Port));
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Transport}:{EndPoint}";
}
