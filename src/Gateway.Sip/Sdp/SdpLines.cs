using System.Diagnostics.CodeAnalysis;

namespace Gateway.Sip.Sdp;

/// <summary>A line kept as it came: <c>type=value</c>.</summary>
/// <param name="Type">The letter.</param>
/// <param name="Value">What follows the equals sign.</param>
public sealed record SdpLine(char Type, string Value);

/// <summary>o=, RFC 8866 section 5.2.</summary>
/// <param name="Username">User name, <c>-</c> for none.</param>
/// <param name="SessionId">Numeric string, constant for a dialog (MAPPING U-16).</param>
/// <param name="Version">Raised by one for each change (RFC 3264 section 8).</param>
/// <param name="NetType">IN.</param>
/// <param name="AddrType">IP4 or IP6.</param>
/// <param name="Address">Address or name of the machine that made the session.</param>
public sealed record SdpOrigin(string Username, string SessionId, ulong Version, string NetType, string AddrType, string Address);

/// <summary>c=, RFC 8866 section 5.7.</summary>
/// <param name="NetType">IN.</param>
/// <param name="AddrType">IP4 or IP6.</param>
/// <param name="Address">Where media goes to, with TTL or count after a slash for multicast.</param>
public sealed record SdpConnection(string NetType, string AddrType, string Address)
{
    /// <summary>Whether it is the address that means hold (RFC 3264 section 8.4, R-12).</summary>
    public bool IsUnspecified => Address is "0.0.0.0" or "::";
}

/// <summary>b=, RFC 8866 section 5.8.</summary>
/// <param name="Type">CT, AS, TIAS, RS, RR or another.</param>
/// <param name="Value">Kilobits a second for CT and AS, bits a second for TIAS, RS and RR.</param>
public sealed record SdpBandwidth(string Type, ulong Value);

/// <summary>a=, RFC 8866 section 5.13.</summary>
/// <param name="Name">Name, case-sensitive.</param>
/// <param name="Value">What follows the colon; null for a property such as <c>sendrecv</c>.</param>
[SuppressMessage("Naming", "CA1711", Justification = "The specification's own word.")]
public sealed record SdpAttribute(string Name, string? Value = null);

/// <summary>What the author of a description does with a stream (RFC 8866 section 6.7).</summary>
public enum SdpDirection
{
    /// <summary>sendrecv, also when nothing is stated.</summary>
    SendRecv,

    /// <summary>sendonly.</summary>
    SendOnly,

    /// <summary>recvonly.</summary>
    RecvOnly,

    /// <summary>inactive.</summary>
    Inactive,
}

/// <summary>a=rtpmap, RFC 8866 section 6.6, or the static assignment of RFC 3551 section 6.</summary>
/// <param name="PayloadType">0 to 127.</param>
/// <param name="Encoding">Encoding name, case-insensitive.</param>
/// <param name="ClockRate">Hertz.</param>
/// <param name="Channels">Audio channels, null when not stated (one).</param>
public sealed record SdpRtpMap(int PayloadType, string Encoding, int ClockRate, int? Channels = null)
{
    /// <summary>The static assignment of a payload type (RFC 3551 section 6); null when it has none.</summary>
    public static SdpRtpMap? OfStatic(int payloadType) => SdpRtp.Static(payloadType);
}
