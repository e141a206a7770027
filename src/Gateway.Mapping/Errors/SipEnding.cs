using Gateway.Sip.UserAgent;

namespace Gateway.Mapping.Errors;

/// <summary>How a call is ended in SIP. A closed set.</summary>
public abstract record SipEnding
{
    private SipEnding()
    {
    }

    /// <summary>The INVITE is refused.</summary>
    /// <param name="Status">400 to 699.</param>
    /// <param name="Phrase">Reason phrase, cleaned; null: the usual one.</param>
    public sealed record Refuse(int Status, string? Phrase = null) : SipEnding;

    /// <summary>CANCEL.</summary>
    public sealed record Cancel : SipEnding;

    /// <summary>BYE.</summary>
    public sealed record Bye(SipReason Reason) : SipEnding;
}
