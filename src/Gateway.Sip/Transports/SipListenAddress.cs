using System.Globalization;
using System.Net;

namespace Gateway.Sip.Transports;

/// <summary>Where to listen, written <c>udp:0.0.0.0:5060</c> or <c>tcp:[::]:5060</c>; port 0 lets the system choose.</summary>
public sealed record SipListenAddress(SipTransportKind Transport, IPEndPoint EndPoint)
{
    /// <summary>Reads the written form.</summary>
    /// <param name="text">transport, colon, address, colon, port.</param>
    /// <param name="address">The result.</param>
    /// <returns>False when the transport is unknown or the rest is not an address with a port.</returns>
    public static bool TryParse(string? text, out SipListenAddress? address)
    {
        address = null;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0 || !SipTransportKinds.TryParse(text![..colon], out var transport))
        {
            return false;
        }

        var rest = text[(colon + 1)..];
        var portColon = rest.LastIndexOf(':');
        if (portColon < 0
            || !ushort.TryParse(rest.AsSpan(portColon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || !IPAddress.TryParse(rest.AsSpan(0, portColon), out var ip))
        {
            return false;
        }

        address = new SipListenAddress(transport, new IPEndPoint(ip, port));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Transport.Name()}:{EndPoint}";
}
