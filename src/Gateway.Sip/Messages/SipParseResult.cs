using System.Diagnostics.CodeAnalysis;

namespace Gateway.Sip.Messages;

/// <summary>What came of reading a message: exactly one of the two is there.</summary>
public readonly record struct SipParseResult
{
    internal SipParseResult(SipMessage message) => Message = message;

    internal SipParseResult(SipParseFault fault) => Fault = fault;

    /// <summary>The message.</summary>
    public SipMessage? Message { get; }

    /// <summary>Why there is none.</summary>
    public SipParseFault? Fault { get; }

    /// <summary>Whether there is a message.</summary>
    [MemberNotNullWhen(true, nameof(Message))]
    [MemberNotNullWhen(false, nameof(Fault))]
    public bool IsMessage => Message is not null;
}

/// <summary>Why bytes are no SIP message, and the answer to them where one is possible.</summary>
public sealed class SipParseFault
{
    private readonly SipRequest? _request;

    internal SipParseFault(int status, string phrase, SipRequest? request = null, SipVia? topVia = null)
    {
        Status = status;
        Phrase = phrase;
        _request = request;
        TopVia = topVia;
    }

    /// <summary>Nothing but line ends: the keep-alive of RFC 5626 section 3.5.1. Not a fault of the peer.</summary>
    internal static SipParseFault KeepAliveBytes { get; } = new(0, "Keep-Alive");

    /// <summary>400, 505, 513 …</summary>
    public int Status { get; }

    /// <summary>What is wrong; names limits and headers, never quotes the input.</summary>
    public string Phrase { get; }

    /// <summary>Whether the bytes were a keep-alive: to be ignored, not counted as malformed.</summary>
    public bool IsKeepAlive => ReferenceEquals(this, KeepAliveBytes);

    /// <summary>Whether a response can be built. Responses, ACKs and requests without a readable Via are dropped.</summary>
    [MemberNotNullWhen(true, nameof(TopVia))]
    public bool CanRespond => TopVia is not null;

    /// <summary>Where the response would go; without its parameters when those are malformed.</summary>
    public SipVia? TopVia { get; }

    /// <summary>
    /// The refusal: Via, From, To, Call-ID and CSeq as they came, where they came (RFC 3261 section 8.2.6.2).
    /// </summary>
    /// <param name="toTag">Tag for To when it has none.</param>
    /// <param name="topVia">The top Via with received and rport filled in.</param>
    /// <exception cref="InvalidOperationException"><see cref="CanRespond"/> is false.</exception>
    public SipResponse ToResponse(string toTag, SipVia? topVia = null)
    {
        var builder = SipMessageBuilder.Response(
            _request ?? throw new InvalidOperationException("The message cannot be answered."), Status, Phrase, toTag);
        return (topVia is null ? builder : builder.TopVia(topVia)).BuildResponse();
    }
}
