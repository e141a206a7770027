namespace Gateway.Sip.Messages;

/// <summary>What a user agent client looks at before it takes a response.</summary>
public static class SipResponseChecks
{
    /// <summary>Whether the response ends here: exactly one Via (RFC 3261 section 8.1.3.3; RFC 4475 section 3.3.10). Else: drop it.</summary>
    public static bool IsForUserAgent(SipResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.HeaderValues(SipHeaders.Via).Take(2).Count() == 1;
    }
}
