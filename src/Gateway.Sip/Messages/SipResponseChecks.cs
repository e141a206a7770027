namespace Gateway.Sip.Messages;

/// <summary>What a user agent client looks at before it takes a response.</summary>
public static class SipResponseChecks
{
    /// <summary>Whether the response ends here: exactly one Via (RFC 3261 section 8.1.3.3; RFC 4475 section 3.3.10). Else: drop it.</summary>
    public static bool IsForUserAgent(SipResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var values = 0;
        foreach (var field in response.Fields)
        {
            // A comma may part two values of one field (RFC 3261 section 7.3.1).
            values += field.Id != HeaderName.Via ? 0
                : SipSyntax.IndexOfOutside(response.ValueOf(field).Span, (byte)',') == -1 ? 1 : 2;
        }

        return values == 1;
    }
}
