using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.UserAgent;

/// <summary>Responses as we write them.</summary>
internal static class Responses
{
    private const int LongestPhrase = 128;

    /// <summary>A response with our name in it; the To tag is the dialog's, or a new one for a refusal.</summary>
    public static SipMessageBuilder Begin(
        SipStack stack, SipRequest request, int status, string? phrase = null, string? toTag = null)
    {
        var clean = phrase is null ? null : HeaderText.Cut(phrase, LongestPhrase);
        return SipMessageBuilder
            .Response(request, status, clean, status == 100 ? null : toTag ?? SipIdentifiers.Tag())
            .Add(SipHeaders.Server, stack.Options.UserAgentName);
    }

    /// <summary>Answers without more ado.</summary>
    public static void Respond(
        this ServerTransaction transaction, SipStack stack, int status, string? phrase = null, string? toTag = null) =>
        transaction.Respond(Begin(stack, transaction.Request, status, phrase, toTag).BuildResponse());

    /// <summary>500 with Retry-After between 0 and 10 s: the second INVITE while the first is open (RFC 3261 section 14.2).</summary>
    public static void RespondLater(this ServerTransaction transaction, SipStack stack, string toTag, int seconds) =>
        transaction.Respond(Begin(stack, transaction.Request, 500, null, toTag)
            .Add(SipHeaders.RetryAfter, seconds.ToString(CultureInfo.InvariantCulture)).BuildResponse());

    /// <summary>Adds what a 2xx to INVITE and OPTIONS says of us (RFC 3261 sections 11.2, 13.3.1.4).</summary>
    public static SipMessageBuilder Capabilities(this SipMessageBuilder builder, SipStack stack) => builder
        .Add(SipHeaders.Allow, stack.Policy.Allow)
        .Add(SipHeaders.Supported, string.Join(", ", stack.Policy.Extensions));
}
