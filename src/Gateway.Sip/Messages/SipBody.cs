using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>The body of a message and its Content-Type (RFC 3261 sections 7.4, 20.15).</summary>
/// <param name="ContentType">Media type with its parameters, as it stands in the header.</param>
/// <param name="Content">The bytes.</param>
public sealed record SipBody(string ContentType, ReadOnlyMemory<byte> Content)
{
    /// <summary>Content-Language (RFC 3261 section 20.13), or null.</summary>
    public string? Language { get; init; }

    /// <summary>A body of text, as UTF-8.</summary>
    public static SipBody OfText(string contentType, string text) => new(contentType, Encoding.UTF8.GetBytes(text));

    /// <summary>The body of a message; null when it has none, or does not say what it is.</summary>
    public static SipBody? Of(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Body.IsEmpty || message.Header(SipHeaders.ContentType) is not { } type ? null : new SipBody(type, message.Body)
        {
            Language = message.Header(SipHeaders.ContentLanguage),
        };
    }

    /// <summary>The media type in lower case, without parameters.</summary>
    public string MediaType => SipMediaType.Of(ContentType);

    /// <summary>The content read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Content.Span);

    /// <summary>Same type and same bytes.</summary>
    public bool Equals(SipBody? other) =>
        other is not null && ContentType == other.ContentType && Language == other.Language && Content.Span.SequenceEqual(other.Content.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ContentType, Content.Length);

    /// <summary>Type and length: what people wrote stays out of logs.</summary>
    public override string ToString() => $"SipBody {{ {ContentType}, {Content.Length} bytes }}";
}
