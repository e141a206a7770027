using System.Collections.Immutable;
using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>A request outside any dialog.</summary>
/// <param name="Method">OPTIONS, MESSAGE and their like.</param>
/// <param name="RequestUri">Whom it is for.</param>
/// <param name="From">Who sends it, without tag.</param>
/// <param name="To">To, without tag.</param>
public sealed record OutgoingRequest(SipMethod Method, SipUri RequestUri, NameAddr From, NameAddr To)
{
    /// <summary>Outbound proxy; default: the Request-URI.</summary>
    public SipUri? NextHop { get; init; }

    /// <summary>Answers 401 and 407.</summary>
    public SipCredentials? Credentials { get; init; }

    /// <summary>What requests of one Call-ID share; default: a conversation of its own.</summary>
    public SipConversation? Conversation { get; init; }

    /// <summary>The body; null for none.</summary>
    public SipBody? Body { get; init; }

    /// <summary>Further header fields, name and value; no CR or LF.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ExtraHeaders { get; init; } = [];

    /// <summary>
    /// Most bytes of the whole request, our Via and credentials included (RFC 3428 section 8: 1300 for a MESSAGE). A larger
    /// one is not sent: its result is a local 513 that tells its size.
    /// </summary>
    public int? MaxBytes { get; init; }
}

/// <summary>The outcome of <see cref="ISipUserAgent.SendAsync"/>.</summary>
/// <param name="Status">Final status, 200 to 699.</param>
/// <param name="Phrase">Reason phrase, control characters removed, at most 128 bytes.</param>
/// <param name="IsLocal">Made here (408 no answer, 503 transport, 513 too large), not sent by the peer.</param>
public sealed record SipResult(int Status, string Phrase, bool IsLocal)
{
    /// <summary>Retry-After in seconds, if sent.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Contacts of a 3xx, by q value.</summary>
    public ImmutableArray<SipUri> Contacts { get; init; } = [];

    /// <summary>Media types of Accept, lower case, without parameters.</summary>
    public ImmutableArray<string> Accept { get; init; } = [];

    /// <summary>Size of a request that was not sent because of <see cref="OutgoingRequest.MaxBytes"/>; else 0.</summary>
    public int RequestBytes { get; init; }
}

/// <summary>
/// Requests outside dialogs that share a Call-ID: one From tag, and a sequence number that only grows, or a peer would take the
/// second for the first come by another way, and answer 482 (RFC 3261 section 8.2.2.2; MAPPING M-7). May be shared.
/// </summary>
public sealed class SipConversation
{
    private uint _cseq;

    /// <summary>Begins one.</summary>
    /// <param name="callId">The Call-ID.</param>
    public SipConversation(string callId)
    {
        ArgumentException.ThrowIfNullOrEmpty(callId);
        CallId = callId;
    }

    /// <summary>The Call-ID.</summary>
    public string CallId { get; }

    /// <summary>The tag of From.</summary>
    public string FromTag { get; } = Transactions.SipIdentifiers.Tag();

    /// <summary>Challenges answered so far; on the loop only.</summary>
    internal Digest.DigestClient? Digest { get; set; }

    /// <summary>The next sequence number.</summary>
    internal uint NextCSeq() => Interlocked.Increment(ref _cseq);
}
