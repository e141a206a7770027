using System.Collections.Immutable;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Dialogs;

/// <summary>A request before it is known by which socket it goes, and how often it must be sent anew.</summary>
/// <param name="Method">Method.</param>
/// <param name="RequestUri">Request-URI.</param>
/// <param name="From">From, with tag.</param>
/// <param name="To">To, with tag inside a dialog.</param>
/// <param name="CallId">Call-ID.</param>
internal sealed record RequestTemplate(SipMethod Method, SipUri RequestUri, NameAddr From, NameAddr To, string CallId)
{
    /// <summary>Where it is sent; the Request-URI unless a route or an outbound proxy says otherwise.</summary>
    public SipUri NextHop { get; init; } = RequestUri;

    public ImmutableArray<NameAddr> Route { get; init; } = [];

    public int MaxForwards { get; init; } = 70;

    /// <summary>User part of our Contact; null: the request carries none.</summary>
    public SipUri? ContactUser { get; init; }

    /// <summary>Further header fields; control characters are taken out of the values.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    public SipBody? Body { get; init; }

    /// <summary>Most bytes of the whole request; null: no limit but the transport's.</summary>
    public int? MaxBytes { get; init; }

    /// <summary>A session description as the body.</summary>
    public string? Sdp
    {
        init => Body = value is null ? null : SipBody.OfText("application/sdp", value);
    }

    public RequestTemplate With(string name, string value) => this with { Headers = Headers.Add(new(name, value)) };

    /// <summary>The request itself.</summary>
    /// <param name="via">Our Via, with a fresh branch.</param>
    /// <param name="contact">Our Contact, or null.</param>
    /// <param name="cseq">Sequence number.</param>
    /// <param name="userAgent">User-Agent.</param>
    /// <param name="authorization">Answers to challenges.</param>
    public SipRequest Build(
        SipVia via, string? contact, uint cseq, string userAgent, ImmutableArray<KeyValuePair<string, string>> authorization)
    {
        var builder = SipMessageBuilder.Request(Method, RequestUri).Add(SipHeaders.Via, via.ToString());
        foreach (var route in Route)
        {
            builder.Add(SipHeaders.Route, route);
        }

        builder
            .Add(SipHeaders.MaxForwards, MaxForwards)
            .Add(SipHeaders.From, From)
            .Add(SipHeaders.To, To)
            .Add(SipHeaders.CallId, CallId)
            .Add(SipHeaders.CSeq, new CSeq(cseq, Method).ToString());
        if (contact is not null)
        {
            builder.Add(SipHeaders.Contact, contact);
        }

        builder.Add(SipHeaders.UserAgent, userAgent);
        foreach (var (name, value) in Headers)
        {
            builder.Add(name, HeaderText.Clean(value));
        }

        foreach (var (name, value) in authorization)
        {
            builder.Add(name, HeaderText.Clean(value));
        }

        if (Body?.Language is { } language)
        {
            builder.Add(SipHeaders.ContentLanguage, HeaderText.Clean(language));
        }

        var request = (Body is null ? builder : builder.Body(Body.ContentType, Body.Content)).BuildRequest();
        request.Knows(via);
        return request;
    }
}
