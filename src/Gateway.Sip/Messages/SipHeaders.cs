namespace Gateway.Sip.Messages;

/// <summary>Header field names, as the specifications spell them.</summary>
public static class SipHeaders
{
#pragma warning disable CS1591 // the names say it all
    public const string Via = "Via";
    public const string From = "From";
    public const string To = "To";
    public const string CallId = "Call-ID";
    public const string CSeq = "CSeq";
    public const string MaxForwards = "Max-Forwards";
    public const string Contact = "Contact";
    public const string ContentLength = "Content-Length";
    public const string ContentType = "Content-Type";
    public const string ContentEncoding = "Content-Encoding";
    public const string ContentDisposition = "Content-Disposition";
    public const string ContentLanguage = "Content-Language";
    public const string Route = "Route";
    public const string RecordRoute = "Record-Route";
    public const string Require = "Require";
    public const string ProxyRequire = "Proxy-Require";
    public const string Supported = "Supported";
    public const string Unsupported = "Unsupported";
    public const string Allow = "Allow";
    public const string AllowEvents = "Allow-Events";
    public const string Accept = "Accept";
    public const string AcceptEncoding = "Accept-Encoding";
    public const string AcceptLanguage = "Accept-Language";
    public const string Expires = "Expires";
    public const string MinExpires = "Min-Expires";
    public const string Event = "Event";
    public const string SubscriptionState = "Subscription-State";
    public const string ReferTo = "Refer-To";
    public const string ReferredBy = "Referred-By";
    public const string ReferSub = "Refer-Sub";
    public const string Replaces = "Replaces";
    public const string Reason = "Reason";
    public const string RetryAfter = "Retry-After";
    public const string RSeq = "RSeq";
    public const string RAck = "RAck";
    public const string SessionExpires = "Session-Expires";
    public const string MinSE = "Min-SE";
    public const string Subject = "Subject";
    public const string UserAgent = "User-Agent";
    public const string Server = "Server";
    public const string Warning = "Warning";
    public const string Date = "Date";
    public const string Timestamp = "Timestamp";
    public const string Authorization = "Authorization";
    public const string ProxyAuthorization = "Proxy-Authorization";
    public const string WwwAuthenticate = "WWW-Authenticate";
    public const string ProxyAuthenticate = "Proxy-Authenticate";
    public const string AuthenticationInfo = "Authentication-Info";
    public const string PAssertedIdentity = "P-Asserted-Identity";
    public const string PPreferredIdentity = "P-Preferred-Identity";
    public const string Privacy = "Privacy";
    public const string Path = "Path";
    public const string ServiceRoute = "Service-Route";
    public const string InReplyTo = "In-Reply-To";
    public const string AlertInfo = "Alert-Info";
    public const string CallInfo = "Call-Info";
    public const string ErrorInfo = "Error-Info";
    public const string HistoryInfo = "History-Info";
    public const string Diversion = "Diversion";
    public const string MimeVersion = "MIME-Version";
    public const string Identity = "Identity";
    public const string RequestDisposition = "Request-Disposition";
    public const string AcceptContact = "Accept-Contact";
    public const string RejectContact = "Reject-Contact";
    public const string RecvInfo = "Recv-Info";
    public const string InfoPackage = "Info-Package";
    public const string SipETag = "SIP-ETag";
    public const string SipIfMatch = "SIP-If-Match";
#pragma warning restore CS1591
}
