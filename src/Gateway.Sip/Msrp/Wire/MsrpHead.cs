using System.Collections.Immutable;

namespace Gateway.Sip.Msrp.Wire;

/// <summary>Methods of RFC 4975 section 9 and RFC 4976 section 8.</summary>
internal enum MsrpMethod
{
    /// <summary>A response has none.</summary>
    None,
    Send,
    Report,
    Auth,

    /// <summary>Answered 501.</summary>
    Other,
}

/// <summary>The flag that ends a request (RFC 4975 section 7.1).</summary>
internal enum MsrpFlag : byte
{
    /// <summary><c>+</c>: the message goes on in another chunk.</summary>
    More = (byte)'+',

    /// <summary><c>$</c>: the message ends here.</summary>
    Last = (byte)'$',

    /// <summary><c>#</c>: the sender gives the message up.</summary>
    Aborted = (byte)'#',
}

/// <summary>Start line and header fields of a request or response (RFC 4975 section 9).</summary>
internal sealed record MsrpHead
{
    public required string TransactionId { get; init; }

    public MsrpMethod Method { get; init; }

    /// <summary>Of a response; 0 in requests.</summary>
    public int Status { get; init; }

    public required MsrpPath ToPath { get; init; }

    public required MsrpPath FromPath { get; init; }

    public string? MessageId { get; init; }

    public MsrpByteRange? ByteRange { get; init; }

    public bool SuccessReport { get; init; }

    public MsrpFailureReport FailureReport { get; init; }

    /// <summary>Status of a REPORT in the namespace 000; null when absent or of another namespace.</summary>
    public int? ReportStatus { get; init; }

    /// <summary>Null: no body.</summary>
    public string? ContentType { get; init; }

    /// <summary>Everything else, in order.</summary>
    public ImmutableArray<MsrpHeader> Headers { get; init; } = [];

    /// <summary>Whether a body follows.</summary>
    public bool HasBody { get; init; }

    /// <summary>Readable enough to be answered, but wrong: answer 400. In words, without quoting it.</summary>
    public string? Fault { get; init; }

    public bool IsResponse => Method == MsrpMethod.None;

    public string? Header(string name)
    {
        foreach (var header in Headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }
}
