using System.Collections.Immutable;
using System.Globalization;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Xhtml;

namespace Gateway.Mapping.Messages;

/// <summary>What a MESSAGE of a SIP user brings. A closed set.</summary>
internal abstract record FromSip
{
    private FromSip()
    {
    }

    /// <summary>Media types that are understood, for Accept (MAPPING M-16).</summary>
    public const string Accept =
        "text/plain, text/html, message/cpim, message/imdn+xml, application/im-iscomposing+xml, multipart/alternative";

    /// <summary>Words for the XMPP user.</summary>
    /// <param name="Text">The text; may stand in XML.</param>
    /// <param name="Formatted">The same formatted, or null.</param>
    /// <param name="Language">Language tag, or null.</param>
    /// <param name="Subject">Subject, or null.</param>
    public sealed record Words(string Text, FormattedText? Formatted, string? Language, string? Subject) : FromSip
    {
        /// <summary>The media type that brought the formatted words; null without.</summary>
        public string? FormattedAs { get; init; }

        /// <summary>Id of the wrapper, when it asks for notifications.</summary>
        public string? MessageId { get; init; }

        /// <summary>What notifications it asks for.</summary>
        public ImmutableArray<string> Notifications { get; init; } = [];
    }

    /// <summary>Types, or has stopped.</summary>
    public sealed record Typing(IsComposing State) : FromSip;

    /// <summary>What became of a message of ours.</summary>
    public sealed record Notification(ImdnNotification What) : FromSip;

    /// <summary>Taken, and nothing to show for it: no words, or too late (MAPPING M-13).</summary>
    public sealed record Nothing : FromSip;

    /// <summary>A type or charset that is not understood: 415.</summary>
    public sealed record Unsupported : FromSip;

    /// <summary>No message at all: 400.</summary>
    public sealed record Malformed(string Phrase) : FromSip;

    /// <summary>Reads a MESSAGE that was let in.</summary>
    public static FromSip Read(SipRequest request, DateTimeOffset now)
    {
        if (IsExpired(request, now))
        {
            return new Nothing();
        }

        if (SipBody.Of(request) is not { } body)
        {
            return request.Body.IsEmpty ? new Nothing() : new Malformed("Content-Type Missing");
        }

        if (request.HasHeader(SipHeaders.ContentEncoding) && request.Header(SipHeaders.ContentEncoding) is not "identity")
        {
            return new Unsupported();
        }

        var subject = request.Header(SipHeaders.Subject);
        var language = LanguageOf(request);
        if (body.MediaType != CpimMessage.MediaType)
        {
            return Content(body, subject, language, null);
        }

        return !CpimMessage.TryParse(body.Content, out var wrapper) ? new Malformed("Malformed CPIM")
            : wrapper.NotUnderstood.IsEmpty ? Content(wrapper.Content, subject ?? wrapper.Subject, language, wrapper)
            : new Unsupported(); // RFC 3862 section 3.5
    }

    private static FromSip Content(SipBody body, string? subject, string? language, CpimMessage? wrapper) => body.MediaType switch
    {
        IsComposing.MediaType => IsComposing.TryParse(body.Content, out var state) ? new Typing(state) : new Malformed("Malformed State"),
        ImdnNotification.MediaType => ImdnNotification.TryParse(body.Content, out var told) ? new Notification(told) : new Nothing(),
        _ => WordsOf(body, subject, language, wrapper),
    };

    private static FromSip WordsOf(SipBody body, string? subject, string? language, CpimMessage? wrapper)
    {
        string? plain = null;
        FormattedText? formatted = null;
        if (AlternativeBody.Find(body, "text/plain") is { } text)
        {
            if (!MessageCharset.TryDecode(text, out plain))
            {
                return new Unsupported();
            }
        }

        if (AlternativeBody.Find(body, "text/html") is { } html && MessageCharset.TryDecode(html, out var markup))
        {
            formatted = FormattedText.OfHtml(markup);
            plain ??= formatted?.ToPlainText() ?? "";
        }

        return plain is null ? new Unsupported()
            : plain.Length == 0 ? new Nothing()
            : new Words(XmlText.Clean(plain), formatted, language, subject is { Length: > 0 } ? XmlText.Clean(subject) : null)
            {
                FormattedAs = formatted is null ? null : body.MediaType,
                MessageId = wrapper?.MessageId,
                Notifications = wrapper?.Notifications ?? [],
            };
    }

    // RFC 3428 section 7: without Date the time of arrival counts, and then it is never too late.
    private static bool IsExpired(SipRequest request, DateTimeOffset now) =>
        request.Expires is { } seconds
        && DateTimeOffset.TryParseExact(
            request.Header(SipHeaders.Date), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent)
        && now > sent.AddSeconds(seconds);

    private static string? LanguageOf(SipRequest request) =>
        request.HasHeader(SipHeaders.ContentLanguage) && request.HeaderValues(SipHeaders.ContentLanguage).FirstOrDefault() is { Length: > 0 and <= 35 } tag
            && tag.All(character => char.IsAsciiLetterOrDigit(character) || character == '-')
            ? tag
            : null;
}
