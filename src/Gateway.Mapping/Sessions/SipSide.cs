using Gateway.Mapping.Addresses;
using Gateway.Sip.UserAgent;

namespace Gateway.Mapping.Sessions;

/// <summary>How the SIP side of a session is listed.</summary>
internal static class SipSide
{
    /// <summary>Its SIP URI: that of the called, or of the caller.</summary>
    /// <param name="target">Of sessions to SIP.</param>
    /// <param name="invite">Of sessions to XMPP.</param>
    public static string Of(SipTarget? target, IncomingInvite? invite)
    {
        var uri = target?.RequestUri ?? invite?.From.Uri;
        return uri is null ? "" : uri.Password is null ? uri.ToString() : $"{uri.Scheme}:{uri.Host}"; // nobody's secret is listed
    }
}
