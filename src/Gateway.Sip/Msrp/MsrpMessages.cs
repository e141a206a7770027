using System.Collections.Immutable;

namespace Gateway.Sip.Msrp;

/// <summary>Which failures the sender of a message wishes to hear of (RFC 4975 section 7.1.1).</summary>
public enum MsrpFailureReport
{
    /// <summary>All, silence included: every chunk is answered. The default of the protocol.</summary>
    Yes,

    /// <summary>Those the peer tells; nothing is answered 200, and silence is no failure.</summary>
    Partial,

    /// <summary>None.</summary>
    No,
}

/// <summary>A MIME header field of a message besides Content-Type: Content-ID, Content-Disposition, Content-Language.</summary>
/// <param name="Name">As written.</param>
/// <param name="Value">Trimmed.</param>
public sealed record MsrpHeader(string Name, string Value);

/// <summary>A message to send.</summary>
public sealed record MsrpOutgoingMessage
{
    /// <summary>RFC 4975 section 9 <c>ident</c>: 4 to 32 characters. Unique for ever; the default is 128 random bits.</summary>
    public string MessageId { get; init; } = MsrpIdentifiers.Message();

    /// <summary>Media type with its parameters.</summary>
    public required string ContentType { get; init; }

    /// <summary>Octets; not to be changed until the outcome is told.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Success-Report: yes.</summary>
    public bool SuccessReport { get; init; }

    /// <summary>Failure-Report.</summary>
    public MsrpFailureReport FailureReport { get; init; } = MsrpFailureReport.Yes;

    /// <summary>Further MIME header fields.</summary>
    public ImmutableArray<MsrpHeader> Headers { get; init; } = [];

    /// <summary>Typing notices, delivery notices: sent also while the peer takes no content (RFC 4975 section 8.9).</summary>
    public bool IsControl { get; init; }
}

/// <summary>A whole message from the peer.</summary>
public sealed class MsrpIncomingMessage
{
    private const int Answered = -1;

    private int _verdict;

    /// <summary>Chosen by the sender.</summary>
    public required string MessageId { get; init; }

    /// <summary>Media type with its parameters, as written.</summary>
    public required string ContentType { get; init; }

    /// <summary>Octets; the receiver's own.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether the sender asked for success REPORTs.</summary>
    public bool SuccessReport { get; init; }

    /// <summary>Which failures the sender wishes to hear of.</summary>
    public MsrpFailureReport FailureReport { get; init; }

    /// <summary>Further MIME header fields.</summary>
    public ImmutableArray<MsrpHeader> Headers { get; init; } = [];

    /// <summary>Refuses the message; true when its request is answered already, so that a REPORT must say it.</summary>
    internal bool RefusedTooLate(int status) => Interlocked.CompareExchange(ref _verdict, status, 0) == Answered;

    /// <summary>The request is being answered now: 200, or what refused it.</summary>
    internal int Answer()
    {
        var refused = Interlocked.CompareExchange(ref _verdict, Answered, 0);
        return refused == 0 ? 200 : refused;
    }
}

/// <summary>A REPORT about a message of ours.</summary>
/// <param name="MessageId">Of the message.</param>
/// <param name="Status">200, or why octets were not delivered.</param>
/// <param name="Range">The octets it speaks of; null when it names none.</param>
/// <param name="IsComplete">On exactly one report of a message: with it success covers every octet (MAPPING C-18).</param>
public sealed record MsrpReport(string MessageId, int Status, MsrpByteRange? Range, bool IsComplete);
