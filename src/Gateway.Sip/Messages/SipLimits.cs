namespace Gateway.Sip.Messages;

/// <summary>Bounds of what is read from the network; beyond them a message is refused, never truncated.</summary>
public static class SipLimits
{
    /// <summary>Bytes of a whole message that is read. What <see cref="Written"/> leaves over is for compact names spelled out
    /// and a Via parameter or tag of ours.</summary>
    public const int Message = 61_440;

    /// <summary>Bytes of start line and header fields that are read: a response that copies them has room for its own.</summary>
    public const int HeaderSection = 32_768;

    /// <summary>Bytes of a message that is built: the reach of the 16-bit offsets of the header index.</summary>
    public const int Written = 65_535;

    /// <summary>Header fields of a message that is read; a message that is built may have twice as many.</summary>
    public const int HeaderFields = 256;

    /// <summary>Values taken from one comma-separated header (Via, Route, Contact).</summary>
    public const int Values = 128;

    /// <summary>Bytes of a method or header field name.</summary>
    public const int Token = 128;

    /// <summary>Bytes of a URI.</summary>
    public const int Uri = 8_192;

    /// <summary>Bytes of a host name (RFC 1035 section 2.3.4).</summary>
    public const int Host = 255;

    /// <summary>Parameters of a URI or header value.</summary>
    public const int Parameters = 64;
}
