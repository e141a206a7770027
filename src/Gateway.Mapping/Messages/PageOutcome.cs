using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Messages;

/// <summary>What became of a MESSAGE. A closed set.</summary>
internal abstract record PageOutcome
{
    private PageOutcome()
    {
    }

    /// <summary>The SIP side took it.</summary>
    /// <param name="IsConfirmed">200: it is with the recipient. 202 says that somebody keeps it (RFC 3428 section 4).</param>
    public sealed record Delivered(bool IsConfirmed) : PageOutcome;

    /// <summary>It did not, and there is no use in trying again.</summary>
    /// <param name="Error">For the sender.</param>
    /// <param name="Status">SIP status.</param>
    public sealed record Failed(StanzaError Error, int Status) : PageOutcome;
}
