namespace Gateway.Sip.Transports;

/// <summary>A transport of RFC 3261 section 18.</summary>
public enum SipTransportKind
{
    /// <summary>Datagrams: requests are retransmitted by their transactions.</summary>
    Udp,

    /// <summary>A byte stream framed by Content-Length (RFC 3261 section 18.3).</summary>
    Tcp,
}

/// <summary>How transports are written in Via, in URIs and in configuration.</summary>
internal static class SipTransportKinds
{
    /// <summary>The default port of both (RFC 3261 section 19.1.2).</summary>
    public const int DefaultPort = 5060;

    /// <summary>Lower case, as in a URI's transport parameter.</summary>
    public static string Name(this SipTransportKind kind) => kind == SipTransportKind.Tcp ? "tcp" : "udp";

    /// <summary>Upper case, as in Via's sent-protocol.</summary>
    public static string ViaName(this SipTransportKind kind) => kind == SipTransportKind.Tcp ? "TCP" : "UDP";

    public static bool TryParse(string? name, out SipTransportKind kind)
    {
        kind = string.Equals(name, "tcp", StringComparison.OrdinalIgnoreCase) ? SipTransportKind.Tcp : SipTransportKind.Udp;
        return kind == SipTransportKind.Tcp || string.Equals(name, "udp", StringComparison.OrdinalIgnoreCase);
    }
}
