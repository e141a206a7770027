using System.Collections.Immutable;
using Gateway.Xmpp.Jingle;

namespace Gateway.Xmpp.JingleMessage;

/// <summary>Which of the two protocols named XEP-0353 a peer speaks (MAPPING J-1).</summary>
public enum JingleMessageNamespace
{
    /// <summary>urn:xmpp:jingle-message:0, versions up to 0.3.1 and from 0.6 on.</summary>
    V0,

    /// <summary>urn:xmpp:jingle-message:1, versions 0.4 and 0.5.</summary>
    V1,
}

/// <summary>One XEP-0353 element. A closed set. <paramref name="Id"/> is the session id, at most 255 characters.</summary>
public abstract record JingleMessage(string Id)
{
    /// <summary>propose: the wish to start a session.</summary>
    /// <param name="Id">Session id.</param>
    /// <param name="Media">Media of the RTP descriptions in document order (<c>audio</c>, <c>video</c>).</param>
    /// <param name="HasOtherDescriptions">True when a description is not Jingle RTP.</param>
    public sealed record Propose(string Id, ImmutableArray<string> Media, bool HasOtherDescriptions = false) : JingleMessage(Id);

    /// <summary>ringing: a device rings.</summary>
    public sealed record Ringing(string Id) : JingleMessage(Id);

    /// <summary>proceed (:0): this device takes the call.</summary>
    public sealed record Proceed(string Id) : JingleMessage(Id);

    /// <summary>accept: in :1 what proceed is in :0; in :0 (0.3.1) a note to the sender's own devices.</summary>
    public sealed record Accept(string Id) : JingleMessage(Id);

    /// <summary>reject.</summary>
    public sealed record Reject(string Id, JingleReasonInfo? Reason, bool TieBreak = false) : JingleMessage(Id);

    /// <summary>retract.</summary>
    public sealed record Retract(string Id, JingleReasonInfo? Reason, bool TieBreak = false) : JingleMessage(Id);

    /// <summary>finish. <paramref name="MigratedTo"/>: the id of the session that goes on in its place.</summary>
    public sealed record Finish(string Id, JingleReasonInfo? Reason, string? MigratedTo = null) : JingleMessage(Id);
}
