using System.Net;

namespace Gateway.Sip.Messages;

/// <summary>A request (RFC 3261 section 7.1).</summary>
public sealed class SipRequest : SipMessage
{
    internal SipRequest(
        ReadOnlyMemory<byte> raw, HeaderField[] fields, int bodyStart, int bodyLength, SipMethod method, SipUri requestUri)
        : base(raw, fields, bodyStart, bodyLength)
    {
        Method = method;
        RequestUri = requestUri;
    }

    /// <summary>Method of the request line.</summary>
    public SipMethod Method { get; }

    /// <summary>Request-URI.</summary>
    public SipUri RequestUri { get; }

    /// <summary>A copy whose top Via remembers where the request came from (RFC 3261 section 18.2.1, RFC 3581 section 4).</summary>
    public SipRequest WithSource(IPEndPoint source)
    {
        var via = TopVia.WithSource(source);
        if (via.Equals(TopVia))
        {
            return this;
        }

        var copy = SipMessageBuilder.Copy(this).TopVia(via).BuildRequest();
        copy.Knows(this, via);
        return copy;
    }
}
