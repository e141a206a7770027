using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Addresses;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Errors;

/// <summary>Errors from each protocol into the other: RFC 7247 section 7, MAPPING section 2.</summary>
public static class ErrorMapping
{
    /// <summary>The SIP error for a stanza error.</summary>
    /// <param name="error">The stanza error.</param>
    /// <param name="fromFullJid">Whether it came from a full JID: one device rather than the whole account (E-1).</param>
    /// <param name="kind">What is answered.</param>
    /// <param name="newAddress">The address of redirect or gone in SIP, where it has one and policy lets it through (E-5,
    /// E-7).</param>
    /// <param name="serviceUnavailable">The status for service-unavailable: 480, 403 or 405 (E-2).</param>
    public static SipErrorResponse ToSip(
        StanzaError error, bool fromFullJid, SipRequestKind kind, SipUri? newAddress = null, int serviceUnavailable = 480)
    {
        ArgumentNullException.ThrowIfNull(error);
        var status = error.Condition switch
        {
            StanzaErrorCondition.FeatureNotImplemented => fromFullJid ? 405 : 501,
            StanzaErrorCondition.Forbidden => fromFullJid ? 403 : 603,
            StanzaErrorCondition.ItemNotFound => fromFullJid ? 404 : 604,
            StanzaErrorCondition.NotAcceptable => fromFullJid ? 406 : 606,
            StanzaErrorCondition.RecipientUnavailable => fromFullJid ? 480 : 600,
            StanzaErrorCondition.Gone => newAddress is null ? 410 : 301,
            StanzaErrorCondition.Redirect => newAddress is null ? 480 : 302,
            StanzaErrorCondition.NotAllowed or StanzaErrorCondition.PolicyViolation => 403,

            // 401 and 407 need a challenge, and we have none to offer (E-3).
            StanzaErrorCondition.NotAuthorized or StanzaErrorCondition.RegistrationRequired => 403,
            StanzaErrorCondition.InternalServerError or StanzaErrorCondition.ResourceConstraint => 500,
            StanzaErrorCondition.RemoteServerNotFound => 404,

            // 408 answers no non-INVITE (RFC 4320 section 4.2; E-4).
            StanzaErrorCondition.RemoteServerTimeout => kind == SipRequestKind.Other ? 504 : 408,

            // 503 would make the peer stop sending everything (RFC 7247 section 7.1 note 5; E-2).
            StanzaErrorCondition.ServiceUnavailable => serviceUnavailable,
            StanzaErrorCondition.UnexpectedRequest => kind == SipRequestKind.Reinvite ? 491 : 400,
            _ => 400, // bad-request, conflict, jid-malformed, subscription-required, undefined-condition
        };
        return new SipErrorResponse(status, SafeText.Clean(error.Text), status is 301 or 302 ? newAddress : null);
    }

    /// <summary>The stanza error for a SIP status that could not be dealt with otherwise (E-9).</summary>
    /// <param name="status">300 to 699.</param>
    /// <param name="phrase">Reason phrase.</param>
    /// <param name="exposeText">Whether the user sees code and phrase (X-1).</param>
    /// <param name="newAddress">The Contact of 301 and 302 as a JID at the gateway, where policy lets it through (E-5, E-7).</param>
    public static StanzaError ToXmpp(int status, string phrase, bool exposeText = true, Jid? newAddress = null) =>
        Moved(new(ConditionFor(status), exposeText ? StatusText.Of(status, phrase) : null, TypeFor(status)), status is 301 or 302 ? newAddress : null);

    /// <summary>The error with the JID that the one who was addressed has now, as an <c>xmpp:</c> URI (RFC 5122).</summary>
    public static StanzaError Moved(StanzaError error, Jid? newAddress)
    {
        ArgumentNullException.ThrowIfNull(error);
        return newAddress is null ? error : error with { Address = $"xmpp:{Uri.EscapeDataString(newAddress.Local ?? "")}@{newAddress.Domain}" };
    }

    /// <summary>The JID that gone or redirect names: a bare one, or an <c>xmpp:</c> URI (RFC 5122) of it.</summary>
    public static bool TryNewAddress(StanzaError error, [NotNullWhen(true)] out Jid? address)
    {
        ArgumentNullException.ThrowIfNull(error);
        var text = error.Address ?? "";
        if (text.StartsWith("xmpp:", StringComparison.OrdinalIgnoreCase))
        {
            var end = text.IndexOfAny(['?', '#']);
            text = Uri.UnescapeDataString(text[5..(end < 0 ? text.Length : end)]);
        }

        return Jid.TryParse(text, out address, out _);
    }

    private static StanzaErrorCondition ConditionFor(int status) => status switch
    {
        301 or 410 => StanzaErrorCondition.Gone,
        380 => StanzaErrorCondition.NotAcceptable,
        >= 300 and < 400 => StanzaErrorCondition.Redirect,
        401 => StanzaErrorCondition.NotAuthorized,

        // 428 and 436 to 438 are about a forged or missing identity (E-8).
        403 or 428 or 436 or 437 or 438 => StanzaErrorCondition.Forbidden,
        404 or 481 or 484 or 485 or 604 => StanzaErrorCondition.ItemNotFound,
        405 or 420 or 439 or 501 => StanzaErrorCondition.FeatureNotImplemented,
        406 or 415 or 416 or 421 or 482 or 483 or 488 or 505 or 606 => StanzaErrorCondition.NotAcceptable,
        407 => StanzaErrorCondition.RegistrationRequired,
        408 or 504 => StanzaErrorCondition.RemoteServerTimeout,

        // 607 and 608: "do not call again" (RFC 8197, RFC 8688; E-8).
        413 or 414 or 440 or 489 or 513 or 607 or 608 => StanzaErrorCondition.PolicyViolation,
        423 => StanzaErrorCondition.ResourceConstraint,
        430 or 480 or 486 or 487 => StanzaErrorCondition.RecipientUnavailable,
        491 => StanzaErrorCondition.UnexpectedRequest,
        502 => StanzaErrorCondition.RemoteServerNotFound,
        >= 400 and < 500 => StanzaErrorCondition.BadRequest,
        >= 500 and < 600 => StanzaErrorCondition.InternalServerError,
        _ => StanzaErrorCondition.RecipientUnavailable,
    };

    // E-10; null leaves the condition's usual type.
    private static string? TypeFor(int status) => status switch
    {
        401 or 403 or 407 => "auth",
        404 or 405 or 410 or 501 => "cancel",
        400 or 406 or 413 or 414 or 415 or 416 or 488 => "modify",
        408 or 480 or 486 or 503 or 504 or 600 => "wait",
        _ => null,
    };
}
