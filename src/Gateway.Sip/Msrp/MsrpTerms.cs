using System.Collections.Immutable;
using Gateway.Sip.Sdp;

namespace Gateway.Sip.Msrp;

/// <summary>What this side says of itself in a description (RFC 4975 section 8.6).</summary>
public sealed record MsrpTerms
{
    /// <summary>a=accept-types, in order of preference; <c>type/*</c> and <c>*</c> are possible.</summary>
    public required ImmutableArray<string> AcceptTypes { get; init; }

    /// <summary>a=accept-wrapped-types: taken inside a container of <see cref="AcceptTypes"/> only; none when empty.</summary>
    public ImmutableArray<string> AcceptWrappedTypes { get; init; } = [];

    /// <summary>a=max-size: octets of a whole message; larger ones are answered 413 (MAPPING C-15).</summary>
    public int MaxSize { get; init; } = 10_000;

    /// <summary>sendrecv by default (RFC 4975 section 8.9).</summary>
    public SdpDirection Direction { get; init; } = SdpDirection.SendRecv;
}

/// <summary>Why an offer cannot be answered.</summary>
/// <param name="Status">Status of the response to the INVITE: 488 as a rule, 400 for what is no description.</param>
/// <param name="Reason">In words, without quoting the offer.</param>
public readonly record struct MsrpRefusal(int Status, string Reason);

/// <summary>What became of a message given to <see cref="IMsrpSession.Send"/>.</summary>
public enum MsrpSendResult
{
    /// <summary>Queued; its outcome will be told.</summary>
    Queued,

    /// <summary>The send queue of the session is full: wait for an outcome (bounded by <see cref="MsrpLimits"/>).</summary>
    QueueFull,

    /// <summary>The peer did not list the type: never send it (MAPPING C-19).</summary>
    TypeNotAccepted,

    /// <summary>Larger than the peer's a=max-size.</summary>
    TooLarge,

    /// <summary>The peer takes no content at present: sendonly or inactive (RFC 4975 section 8.9).</summary>
    OnHold,

    /// <summary>The session was closed.</summary>
    Closed,
}

/// <summary>Why a session has no connection.</summary>
public enum MsrpLoss
{
    /// <summary>The connection was closed or broken, by the peer or on the way.</summary>
    Broken,

    /// <summary>The peer's address refused, or did not answer in time and after the attempts allowed.</summary>
    Unreachable,

    /// <summary>The peer was to connect and did not in time.</summary>
    NobodyCame,

    /// <summary>The peer's certificate fits neither its name nor the fingerprint of its description (RFC 4975 section 14.4).</summary>
    Untrusted,

    /// <summary>The peer does not know the session, or has it on another connection: 481, 506 (RFC 4975 section 10).</summary>
    Disowned,
}
