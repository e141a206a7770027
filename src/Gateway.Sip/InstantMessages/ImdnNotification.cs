using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Xml.Linq;
using Gateway.Sip.Messages;

namespace Gateway.Sip.InstantMessages;

/// <summary>What became of a message (RFC 5438 section 7.2.1): a message/imdn+xml, which travels in a CPIM wrapper.</summary>
/// <param name="MessageId">The id of the message, as its wrapper gave it.</param>
/// <param name="Kind">What is told.</param>
/// <param name="Sent">When the message was sent.</param>
public sealed record ImdnNotification(string MessageId, ImdnKind Kind, DateTimeOffset Sent)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "message/imdn+xml";

    private static readonly XNamespace Namespace = "urn:ietf:params:xml:ns:imdn";

    private static readonly FrozenSet<string> Words =
    [
        "imdn", "message-id", "datetime", "delivery-notification", "display-notification", "processing-notification", "status",
        "delivered", "displayed", "failed", "forbidden", "error", "processed", "stored",
    ];

    /// <summary>Reads the document; false when it is none, or tells nothing that is known.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out ImdnNotification? read)
    {
        read = null;
        if (!SmallXml.TryRead(body, Namespace + "imdn", Words, out var root)
            || root.Element(Namespace + "message-id")?.Value.Trim() is not { Length: > 0 and <= 256 } id)
        {
            return false;
        }

        var sent = DateTimeOffset.TryParse(
            root.Element(Namespace + "datetime")?.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : default;
        var isDelivery = root.Element(Namespace + "delivery-notification") is not null;
        ImdnKind? kind = root.Descendants(Namespace + "status").Elements().FirstOrDefault()?.Name.LocalName switch
        {
            "delivered" when isDelivery => ImdnKind.Delivered,
            "displayed" => ImdnKind.Displayed,
            "failed" or "forbidden" or "error" when isDelivery => ImdnKind.Failed,
            _ => null,
        };
        read = kind is { } known ? new ImdnNotification(id, known, sent) : null;
        return read is not null;
    }

    /// <summary>The document as a body.</summary>
    public SipBody ToBody() => new(
        MediaType,
        SmallXml.Write(new XElement(
            Namespace + "imdn",
            new XElement(Namespace + "message-id", MessageId),
            new XElement(Namespace + "datetime", Sent.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            new XElement(
                Namespace + (Kind == ImdnKind.Displayed ? "display-notification" : "delivery-notification"),
                new XElement(
                    Namespace + "status",
                    new XElement(Namespace + (Kind switch
                    {
                        ImdnKind.Delivered => "delivered",
                        ImdnKind.Displayed => "displayed",
                        _ => "failed",
                    })))))));
}

/// <summary>What a notification tells.</summary>
public enum ImdnKind
{
    /// <summary>It reached the recipient's device.</summary>
    Delivered,

    /// <summary>It was shown.</summary>
    Displayed,

    /// <summary>It was not delivered.</summary>
    Failed,
}
