namespace Gateway.Sip.Messages;

/// <summary>A response (RFC 3261 section 7.2).</summary>
public sealed class SipResponse : SipMessage
{
    internal SipResponse(
        ReadOnlyMemory<byte> raw, HeaderField[] fields, int bodyStart, int bodyLength, int status, string phrase)
        : base(raw, fields, bodyStart, bodyLength)
    {
        Status = status;
        Phrase = phrase;
    }

    /// <summary>Status code, 100 to 699.</summary>
    public int Status { get; }

    /// <summary>Reason phrase, without control characters.</summary>
    public string Phrase { get; }

    /// <summary>1xx.</summary>
    public bool IsProvisional => Status < 200;

    /// <summary>2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>2xx to 6xx.</summary>
    public bool IsFinal => Status >= 200;

    /// <summary>3xx to 6xx.</summary>
    public bool IsFailure => Status >= 300;
}
