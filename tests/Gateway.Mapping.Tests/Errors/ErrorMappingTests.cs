using Gateway.Mapping.Errors;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Errors;

public sealed class ErrorMappingTests
{
    private static readonly SipUri NewAddress = SipUri.Create("juliet", "example.net");

    [Theory] // RFC 7247 section 7.1, MAPPING 2.1, row for row
    [InlineData(StanzaErrorCondition.BadRequest, 400, 400)]
    [InlineData(StanzaErrorCondition.Conflict, 400, 400)]
    [InlineData(StanzaErrorCondition.FeatureNotImplemented, 405, 501)]
    [InlineData(StanzaErrorCondition.Forbidden, 403, 603)]
    [InlineData(StanzaErrorCondition.Gone, 410, 410)]
    [InlineData(StanzaErrorCondition.InternalServerError, 500, 500)]
    [InlineData(StanzaErrorCondition.ItemNotFound, 404, 604)]
    [InlineData(StanzaErrorCondition.JidMalformed, 400, 400)]
    [InlineData(StanzaErrorCondition.NotAcceptable, 406, 606)]
    [InlineData(StanzaErrorCondition.NotAllowed, 403, 403)]
    [InlineData(StanzaErrorCondition.NotAuthorized, 403, 403)] // E-3
    [InlineData(StanzaErrorCondition.PolicyViolation, 403, 403)]
    [InlineData(StanzaErrorCondition.RecipientUnavailable, 480, 600)]
    [InlineData(StanzaErrorCondition.Redirect, 480, 480)] // E-5
    [InlineData(StanzaErrorCondition.RegistrationRequired, 403, 403)] // E-3
    [InlineData(StanzaErrorCondition.RemoteServerNotFound, 404, 404)]
    [InlineData(StanzaErrorCondition.RemoteServerTimeout, 408, 408)]
    [InlineData(StanzaErrorCondition.ResourceConstraint, 500, 500)]
    [InlineData(StanzaErrorCondition.ServiceUnavailable, 480, 480)] // E-2
    [InlineData(StanzaErrorCondition.SubscriptionRequired, 400, 400)]
    [InlineData(StanzaErrorCondition.UndefinedCondition, 400, 400)]
    [InlineData(StanzaErrorCondition.UnexpectedRequest, 400, 400)]
    public void A_stanza_error_has_a_SIP_status(StanzaErrorCondition condition, int full, int bare)
    {
        Assert.Equal(full, ErrorMapping.ToSip(new StanzaError(condition), fromFullJid: true, SipRequestKind.Invite).Status);
        Assert.Equal(bare, ErrorMapping.ToSip(new StanzaError(condition), fromFullJid: false, SipRequestKind.Invite).Status);
    }

    [Fact] // RFC 7247 section 7.1 note 5, E-2
    public void No_stanza_error_becomes_503()
    {
        foreach (var condition in Enum.GetValues<StanzaErrorCondition>())
        {
            foreach (var kind in Enum.GetValues<SipRequestKind>())
            {
                Assert.NotEqual(503, ErrorMapping.ToSip(new StanzaError(condition), false, kind).Status);
            }
        }

        Assert.Equal(
            405,
            ErrorMapping.ToSip(new StanzaError(StanzaErrorCondition.ServiceUnavailable), false, SipRequestKind.Other, null, 405).Status);
    }

    [Fact] // E-4
    public void Timeouts_and_glare_depend_on_the_request()
    {
        var timeout = new StanzaError(StanzaErrorCondition.RemoteServerTimeout);
        var unexpected = new StanzaError(StanzaErrorCondition.UnexpectedRequest);

        Assert.Equal(504, ErrorMapping.ToSip(timeout, true, SipRequestKind.Other).Status);
        Assert.Equal(408, ErrorMapping.ToSip(timeout, true, SipRequestKind.Reinvite).Status);
        Assert.Equal(491, ErrorMapping.ToSip(unexpected, true, SipRequestKind.Reinvite).Status);
        Assert.Equal(400, ErrorMapping.ToSip(unexpected, true, SipRequestKind.Other).Status);
    }

    [Fact] // E-5
    public void A_new_address_makes_it_a_redirection()
    {
        Assert.Equal(
            new SipErrorResponse(301, null, NewAddress),
            ErrorMapping.ToSip(new StanzaError(StanzaErrorCondition.Gone), true, SipRequestKind.Invite, NewAddress));
        Assert.Equal(
            new SipErrorResponse(302, null, NewAddress),
            ErrorMapping.ToSip(new StanzaError(StanzaErrorCondition.Redirect), true, SipRequestKind.Invite, NewAddress));
        Assert.Null(ErrorMapping.ToSip(new StanzaError(StanzaErrorCondition.Conflict), true, SipRequestKind.Invite, NewAddress).Contact);
    }

    [Fact] // E-6
    public void The_text_becomes_the_phrase_without_what_could_break_a_header() => Assert.Equal(
        "No  Via: x",
        ErrorMapping.ToSip(new StanzaError(StanzaErrorCondition.BadRequest, "No\r\nVia: x\u0007"), true, SipRequestKind.Invite).Phrase);

    [Theory] // RFC 7247 section 7.2, MAPPING 2.2, row for row; types: E-10
    [InlineData(300, StanzaErrorCondition.Redirect, null)]
    [InlineData(301, StanzaErrorCondition.Gone, null)]
    [InlineData(302, StanzaErrorCondition.Redirect, null)]
    [InlineData(305, StanzaErrorCondition.Redirect, null)]
    [InlineData(380, StanzaErrorCondition.NotAcceptable, null)]
    [InlineData(400, StanzaErrorCondition.BadRequest, "modify")]
    [InlineData(401, StanzaErrorCondition.NotAuthorized, "auth")]
    [InlineData(402, StanzaErrorCondition.BadRequest, null)]
    [InlineData(403, StanzaErrorCondition.Forbidden, "auth")]
    [InlineData(404, StanzaErrorCondition.ItemNotFound, "cancel")]
    [InlineData(405, StanzaErrorCondition.FeatureNotImplemented, "cancel")]
    [InlineData(406, StanzaErrorCondition.NotAcceptable, "modify")]
    [InlineData(407, StanzaErrorCondition.RegistrationRequired, "auth")]
    [InlineData(408, StanzaErrorCondition.RemoteServerTimeout, "wait")]
    [InlineData(410, StanzaErrorCondition.Gone, "cancel")]
    [InlineData(413, StanzaErrorCondition.PolicyViolation, "modify")]
    [InlineData(414, StanzaErrorCondition.PolicyViolation, "modify")]
    [InlineData(415, StanzaErrorCondition.NotAcceptable, "modify")]
    [InlineData(416, StanzaErrorCondition.NotAcceptable, "modify")]
    [InlineData(420, StanzaErrorCondition.FeatureNotImplemented, null)]
    [InlineData(421, StanzaErrorCondition.NotAcceptable, null)]
    [InlineData(422, StanzaErrorCondition.BadRequest, null)] // E-8: by the class
    [InlineData(423, StanzaErrorCondition.ResourceConstraint, null)]
    [InlineData(428, StanzaErrorCondition.Forbidden, null)] // E-8
    [InlineData(430, StanzaErrorCondition.RecipientUnavailable, null)]
    [InlineData(436, StanzaErrorCondition.Forbidden, null)]
    [InlineData(437, StanzaErrorCondition.Forbidden, null)]
    [InlineData(438, StanzaErrorCondition.Forbidden, null)]
    [InlineData(439, StanzaErrorCondition.FeatureNotImplemented, null)]
    [InlineData(440, StanzaErrorCondition.PolicyViolation, null)]
    [InlineData(480, StanzaErrorCondition.RecipientUnavailable, "wait")]
    [InlineData(481, StanzaErrorCondition.ItemNotFound, null)]
    [InlineData(482, StanzaErrorCondition.NotAcceptable, null)]
    [InlineData(483, StanzaErrorCondition.NotAcceptable, null)]
    [InlineData(484, StanzaErrorCondition.ItemNotFound, null)]
    [InlineData(485, StanzaErrorCondition.ItemNotFound, null)]
    [InlineData(486, StanzaErrorCondition.RecipientUnavailable, "wait")]
    [InlineData(487, StanzaErrorCondition.RecipientUnavailable, null)]
    [InlineData(488, StanzaErrorCondition.NotAcceptable, "modify")]
    [InlineData(489, StanzaErrorCondition.PolicyViolation, null)]
    [InlineData(491, StanzaErrorCondition.UnexpectedRequest, null)]
    [InlineData(493, StanzaErrorCondition.BadRequest, null)]
    [InlineData(500, StanzaErrorCondition.InternalServerError, null)]
    [InlineData(501, StanzaErrorCondition.FeatureNotImplemented, "cancel")]
    [InlineData(502, StanzaErrorCondition.RemoteServerNotFound, null)]
    [InlineData(503, StanzaErrorCondition.InternalServerError, "wait")]
    [InlineData(504, StanzaErrorCondition.RemoteServerTimeout, "wait")]
    [InlineData(505, StanzaErrorCondition.NotAcceptable, null)]
    [InlineData(513, StanzaErrorCondition.PolicyViolation, null)]
    [InlineData(599, StanzaErrorCondition.InternalServerError, null)]
    [InlineData(600, StanzaErrorCondition.RecipientUnavailable, "wait")]
    [InlineData(603, StanzaErrorCondition.RecipientUnavailable, null)]
    [InlineData(604, StanzaErrorCondition.ItemNotFound, null)]
    [InlineData(606, StanzaErrorCondition.NotAcceptable, null)]
    [InlineData(607, StanzaErrorCondition.PolicyViolation, null)] // E-8
    [InlineData(608, StanzaErrorCondition.PolicyViolation, null)]
    [InlineData(699, StanzaErrorCondition.RecipientUnavailable, null)]
    public void A_SIP_status_has_a_stanza_error(int status, StanzaErrorCondition condition, string? type) =>
        Assert.Equal(new StanzaError(condition, $"SIP {status} Phrase", type), ErrorMapping.ToXmpp(status, "Phrase"));

    [Fact]
    public void The_operator_may_hide_code_and_phrase() => Assert.Null(ErrorMapping.ToXmpp(404, "Not Found", exposeText: false).Text);

    [Theory] // E-5, RFC 6120 sections 8.3.3.5 and 8.3.3.14, RFC 5122 section 2.2
    [InlineData("romeo@afterlife.example", "romeo@afterlife.example")]
    [InlineData("xmpp:romeo@afterlife.example", "romeo@afterlife.example")]
    [InlineData("xmpp:rom%C3%A9o@afterlife.example?message", "roméo@afterlife.example")]
    [InlineData("https://afterlife.example", null)]
    [InlineData(null, null)]
    public void New_address_of_gone_is_read(string? text, string? jid)
    {
        var found = ErrorMapping.TryNewAddress(new StanzaError(StanzaErrorCondition.Gone) { Address = text }, out var address);
        Assert.Equal(jid is not null, found);
        Assert.Equal(jid, address?.ToString());
    }

    [Theory] // E-5, E-7
    [InlineData(301, "xmpp:bob%25b.example@sip.example.org")]
    [InlineData(302, "xmpp:bob%25b.example@sip.example.org")]
    [InlineData(410, null)]
    public void New_address_of_a_moved_sip_user_is_told_where_the_status_has_one(int status, string? address) =>
        Assert.Equal(address, ErrorMapping.ToXmpp(status, "Moved", newAddress: Jid.Parse("bob%b.example@sip.example.org")).Address);
}
