using Gateway.Sip.Messages;

namespace Gateway.Mapping.Errors;

/// <summary>A SIP error that stands for a stanza error.</summary>
/// <param name="Status">300 to 699.</param>
/// <param name="Phrase">Reason phrase from the error's text, cleaned (MAPPING E-6); null: the usual one.</param>
/// <param name="Contact">The new address of 301 and 302.</param>
public sealed record SipErrorResponse(int Status, string? Phrase = null, SipUri? Contact = null);
