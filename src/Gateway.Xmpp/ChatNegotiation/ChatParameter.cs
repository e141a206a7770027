using System.Collections.Immutable;

namespace Gateway.Xmpp.ChatNegotiation;

/// <summary>A parameter that a form proposes.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Preferred">The value proposed; null when the form leaves it open.</param>
public sealed record ChatParameter(string Name, string? Preferred)
{
    /// <summary>The values to choose from, in order of preference; of lists. A boolean leaves the choice between both.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>Whether the field is a boolean.</summary>
    public bool IsBoolean { get; init; }

    /// <summary>Whether the session depends on it.</summary>
    public bool IsRequired { get; init; }
}

/// <summary>Names and values of the fields that XEP-0155 registers (0.8 section 7.2, 1.2 section 12.3).</summary>
public static class ChatFields
{
    /// <summary>Whether to accept the invitation.</summary>
    public const string Accept = "accept";

    /// <summary>XHTML-IM: boolean in 0.8, may or mustnot later.</summary>
    public const string Xhtml = "http://jabber.org/protocol/xhtml-im";

    /// <summary>Chat states: boolean in 0.8, may or mustnot later.</summary>
    public const string ChatStates = "http://jabber.org/protocol/chatstates";

    /// <summary>0.8: no message logging, boolean.</summary>
    public const string OffTheRecord = "otr";

    /// <summary>1.2: logging may or mustnot happen.</summary>
    public const string Logging = "logging";

    /// <summary>0.8: both securely connected, boolean.</summary>
    public const string Secure = "secure";

    /// <summary>1.2: none, c2s, e2e.</summary>
    public const string Security = "security";

    /// <summary>Text for people.</summary>
    public const string Reason = "reason";

    /// <summary>The resource to go on with.</summary>
    public const string Continue = "continue";

    /// <summary>The session ends.</summary>
    public const string Terminate = "terminate";

    /// <summary>1.2: other parameters are wished.</summary>
    public const string Renegotiate = "renegotiate";

    /// <summary>1.2: language tag.</summary>
    public const string Language = "language";

    /// <summary>1.2: presence is shared, may or mustnot.</summary>
    public const string Presence = "presence";

    /// <summary>1.2: never, disabled, enabled.</summary>
    public const string Disclosure = "disclosure";

    /// <summary>1.2: several sessions between the same full JIDs, boolean.</summary>
    public const string MultiSession = "multisession";

    /// <summary>Value of lists: allowed.</summary>
    public const string May = "may";

    /// <summary>Value of lists: not allowed.</summary>
    public const string MustNot = "mustnot";
}
