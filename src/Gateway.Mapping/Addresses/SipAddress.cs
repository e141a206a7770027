namespace Gateway.Mapping.Addresses;

/// <summary>What a JID at the gateway can say of a SIP URI; parameters, headers and passwords never cross (RFC 7247
/// section 6.1, MAPPING A-9).</summary>
/// <param name="User">The user part as text, unescaped.</param>
/// <param name="Host">Lower-case host name, IPv4 literal or bracketed IPv6 literal; null: the default trunk's domain.</param>
/// <param name="Port">Port when stated.</param>
internal sealed record SipAddress(string User, string? Host, int? Port = null);
