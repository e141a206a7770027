using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Addresses;

/// <summary>Why an address has no counterpart in the other protocol, and how each protocol says so.</summary>
/// <param name="Problem">The kind of fault.</param>
/// <param name="Detail">For the log and the peer: quotes rules, never the input.</param>
public sealed record AddressFault(AddressProblem Problem, string Detail)
{
    /// <summary>The SIP status (MAPPING, U-41).</summary>
    public int Status => Problem switch
    {
        AddressProblem.TooLong => 414,
        AddressProblem.SchemeNotSupported => 416,
        AddressProblem.Forbidden => 403,
        AddressProblem.Loop => 482,
        _ => 404,
    };

    /// <summary>The stanza error (MAPPING A-13, T-12, U-41).</summary>
    public StanzaError Error => Problem switch
    {
        AddressProblem.Malformed or AddressProblem.TooLong => new(StanzaErrorCondition.JidMalformed, Detail, "modify"),
        AddressProblem.Forbidden => new(StanzaErrorCondition.Forbidden, Detail, "auth"),
        AddressProblem.Loop => new(StanzaErrorCondition.PolicyViolation, Detail, "cancel"),
        _ => new(StanzaErrorCondition.ItemNotFound, Detail, "cancel"),
    };
}

/// <summary>Kinds of address faults.</summary>
public enum AddressProblem
{
    /// <summary>The spelling has no meaning in the other protocol: a bad host, a control character, an edge space.</summary>
    Malformed,

    /// <summary>Well spelt, but nobody is there.</summary>
    NotFound,

    /// <summary>The mapped address exceeds the other protocol's limit.</summary>
    TooLong,

    /// <summary>A URI scheme that is neither sip, sips nor tel.</summary>
    SchemeNotSupported,

    /// <summary>Known, and not allowed.</summary>
    Forbidden,

    /// <summary>It leads back to the gateway.</summary>
    Loop,
}
