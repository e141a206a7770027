namespace Gateway.Mapping.Sessions;

/// <summary>
/// What an orderly stop asks of everything that owns sessions: <see cref="BeginDrain"/>, then wait for
/// <see cref="WhenEmptyAsync"/>; when that takes too long <see cref="HangUpAll"/>, then wait again.
/// </summary>
public interface IDrainable
{
    /// <summary>
    /// No new sessions from now on: SIP callers get 503 with Retry-After, XMPP callers a reject. Running ones go on.
    /// Calling it again changes nothing.
    /// </summary>
    void BeginDrain();

    /// <summary>Ends every session by BYE, CANCEL, session-terminate or retract; returns before they have ended.</summary>
    void HangUpAll();

    /// <summary>
    /// Completes when no session is left and what ended the last of them has been handed to the transports. Completes
    /// at once when there is none.
    /// </summary>
    Task WhenEmptyAsync(CancellationToken cancellationToken);
}
