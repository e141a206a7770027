using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Addresses;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Messages;
using Gateway.Sip.Msrp;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;
using Gateway.Xmpp.Xhtml;

namespace Gateway.Mapping.Chats;

/// <summary>Words of the SIP side as they go into a stanza.</summary>
/// <param name="Text">Plain text, fit for XML.</param>
/// <param name="Formatted">The same formatted, within the profile; null without.</param>
internal sealed record ChatWords(string Text, FormattedText? Formatted)
{
    /// <summary>Subject of the wrapper.</summary>
    public string? Subject { get; init; }

    /// <summary>Language of the words.</summary>
    public string? Language { get; init; }

    /// <summary>Id for notices of delivery and display (RFC 5438); null when none are asked for.</summary>
    public string? NoticeId { get; init; }

    /// <summary>Which ones.</summary>
    public ImmutableArray<string> Notices { get; init; } = [];

    /// <summary>When it was said, by the wrapper.</summary>
    public DateTimeOffset? Sent { get; init; }
}

/// <summary>What a message over MSRP is. A closed set.</summary>
internal abstract record ChatContentRead
{
    private ChatContentRead()
    {
    }

    /// <summary>Words.</summary>
    public sealed record Words(ChatWords Said) : ChatContentRead;

    /// <summary>The other one types, or has stopped.</summary>
    public sealed record Typing(IsComposing Said) : ChatContentRead;

    /// <summary>A message of ours was delivered or displayed.</summary>
    public sealed record Notice(ImdnNotification Told) : ChatContentRead;

    /// <summary>Nothing to pass on.</summary>
    public sealed record Nothing : ChatContentRead;

    /// <summary>Not taken.</summary>
    /// <param name="Status">MSRP status: 400, 403, 415.</param>
    /// <param name="IsForged">The wrapper names another sender.</param>
    public sealed record Refused(int Status, bool IsForged = false) : ChatContentRead;
}

/// <summary>Between messages of MSRP and messages of XMPP.</summary>
internal static class ChatMessages
{
    /// <summary>Reads what the SIP side sent. <paramref name="sender"/>: who it truly is, to measure a wrapper's claim (M-16).</summary>
    public static ChatContentRead Read(MsrpIncomingMessage message, SipUri? sender)
    {
        var body = new SipBody(message.ContentType, message.Body);
        var language = message.Headers.FirstOrDefault(header => header.Name.Equals("Content-Language", StringComparison.OrdinalIgnoreCase))?.Value;
        if (body.MediaType != ChatContent.Cpim)
        {
            return body.MediaType == ChatContent.Imdn ? new ChatContentRead.Refused(415) : Read(body, language);
        }

        if (!CpimMessage.TryParse(message.Body, out var wrapper))
        {
            return new ChatContentRead.Refused(400);
        }

        if (!IsOf(sender, wrapper.From))
        {
            return new ChatContentRead.Refused(403, IsForged: true);
        }

        if (!wrapper.NotUnderstood.IsEmpty || wrapper.Content.MediaType == ChatContent.Cpim)
        {
            return new ChatContentRead.Refused(400); // RFC 3862 section 3.5
        }

        return Read(wrapper.Content, language) is ChatContentRead.Words words
            ? new ChatContentRead.Words(words.Said with
            {
                Subject = wrapper.Subject is { Length: > 0 } subject ? XmlText.Clean(subject) : null,
                NoticeId = wrapper.MessageId,
                Notices = wrapper.Notifications,
                Sent = wrapper.Sent,
            })
            : Read(wrapper.Content, language);
    }

    /// <summary>Content of a stanza under the session's terms, as the peer takes it.</summary>
    /// <param name="stanza">The stanza, which has a body.</param>
    /// <param name="terms">What may be sent.</param>
    /// <param name="peer">What the peer listed.</param>
    /// <param name="language">The language of the words, for Content-Language.</param>
    public static SipBody Write(MessageStanza stanza, ChatTerms terms, MsrpMedia? peer, out string? language)
    {
        var body = MessageText.Body(stanza);
        language = body?.Language;
        var formatted = terms.Xhtml && peer?.AcceptsWrapped(ChatContent.Html) != false && stanza.Payload(FormattedText.Namespace + "html") is { } html
            ? FormattedText.OfXhtmlIm(html)
            : null;
        return formatted is not null
            ? SipBody.OfText("text/html; charset=utf-8", formatted.ToHtml())
            : SipBody.OfText("text/plain; charset=utf-8", body?.Text ?? "");
    }

    private static ChatContentRead Read(SipBody body, string? language)
    {
        switch (body.MediaType)
        {
            case ChatContent.IsComposing:
                return IsComposing.TryParse(body.Content, out var notice) ? new ChatContentRead.Typing(notice) : new ChatContentRead.Refused(400);
            case ChatContent.Imdn:
                return ImdnNotification.TryParse(body.Content, out var told) ? new ChatContentRead.Notice(told) : new ChatContentRead.Refused(400);
        }

        var html = AlternativeBody.Find(body, ChatContent.Html);
        var plain = AlternativeBody.Find(body, ChatContent.Plain);
        if (html is null && plain is null)
        {
            return new ChatContentRead.Refused(415);
        }

        FormattedText? formatted = null;
        string? text = null;
        if ((html is not null && !TryHtml(html, out formatted)) || (plain is not null && !MessageCharset.TryDecode(plain, out text)))
        {
            return new ChatContentRead.Refused(415); // M-20: a charset that is not known
        }

        text = text is null ? formatted?.ToPlainText() : XmlText.Clean(text);
        return string.IsNullOrEmpty(text)
            ? new ChatContentRead.Nothing()
            : new ChatContentRead.Words(new ChatWords(text, formatted) { Language = SafeLanguage(language) });
    }

    private static bool TryHtml(SipBody body, out FormattedText? formatted)
    {
        formatted = null;
        if (!MessageCharset.TryDecode(body, out var text))
        {
            return false;
        }

        formatted = FormattedText.OfHtml(text);
        return true;
    }

    /// <summary>Whether a wrapper speaks for the session's own sender: the same user at the same host, or for nobody.</summary>
    private static bool IsOf(SipUri? sender, string? claim)
    {
        if (claim is null)
        {
            return true;
        }

        var open = claim.LastIndexOf('<');
        var close = claim.LastIndexOf('>');
        var text = open >= 0 && close > open ? claim[(open + 1)..close] : claim.Trim();
        text = text.StartsWith("im:", StringComparison.OrdinalIgnoreCase) ? "sip:" + text[3..] : text;
        if (!SipUri.TryParse(text, out var uri))
        {
            return false;
        }

        // RFC 3323 section 4.1.1.3. Who withholds a name has no other to put on the wrapper.
        return string.Equals(uri.Host, "anonymous.invalid", StringComparison.OrdinalIgnoreCase)
            || (sender is not null && string.Equals(uri.User, sender.User, StringComparison.Ordinal)
                && string.Equals(uri.Host, sender.Host, StringComparison.OrdinalIgnoreCase));
    }

    private static string? SafeLanguage(string? language) =>
        language is { Length: > 0 and <= 35 } && language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? language : null;
}
