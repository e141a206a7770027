namespace Gateway.Sip.Messages;

/// <summary>Media types of Content-Type and Accept (RFC 3261 section 20.15).</summary>
internal static class SipMediaType
{
    /// <summary>Type and subtype in lower case, blanks and parameters taken out.</summary>
    internal static string Of(string value)
    {
        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        var type = (semicolon < 0 ? value : value[..semicolon]).Replace(" ", "", StringComparison.Ordinal);
        return type.Replace("\t", "", StringComparison.Ordinal).ToLowerInvariant();
    }
}
