using System.Xml.Linq;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.VCard;

/// <summary>Cards by IQ, in both formats: vcard-temp (XEP-0054) and vCard4 (XEP-0292 section 4).</summary>
public sealed class VCardExtension(IVCardSource source) : IXmppExtension
{
    /// <summary>XEP-0054.</summary>
    public static readonly XNamespace Temp = "vcard-temp";

    /// <summary>XEP-0292, RFC 6351.</summary>
    public static readonly XNamespace V4 = "urn:ietf:params:xml:ns:vcard-4.0";

    /// <summary>XEP-0153.</summary>
    public static readonly XNamespace Update = "vcard-temp:x:update";

    /// <inheritdoc/>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router
            .OnIqGet(Temp + "vCard", (request, _) => Answer(request, WriteTemp)).Advertise(Temp, DiscoTargets.Both)
            .OnIqGet(V4 + "vcard", (request, _) => Answer(request, WriteV4)).Advertise(V4, DiscoTargets.Both);
    }

    /// <summary>The element in presence that says which picture there is (XEP-0153 section 3.1); null without one.</summary>
    public static XElement? PhotoUpdate(VCardPhoto? photo) =>
        photo is null ? null : new XElement(Update + "x", new XElement(Update + "photo", photo.Sha1));

    private StanzaResult Answer(IqStanza request, Func<VCardCard, XElement> write) => source.Find(request.From, request.To) is { } card
        ? StanzaResult.Reply(write(card))
        : StanzaResult.Error(StanzaErrorCondition.ServiceUnavailable); // no word on who exists (K-3)

    private static XElement WriteTemp(VCardCard card) => new(
        Temp + "vCard",
        new XElement(Temp + "FN", card.Name),
        new XElement(Temp + "NICKNAME", card.Name),
        card.Telephone is null ? null : new XElement(Temp + "TEL", new XElement(Temp + "VOICE"), new XElement(Temp + "NUMBER", card.Telephone)),
        card.Uri is null ? null : new XElement(Temp + "URL", card.Uri),
        card.Photo is null ? null : new XElement(
            Temp + "PHOTO",
            new XElement(Temp + "TYPE", card.Photo.MediaType),
            new XElement(Temp + "BINVAL", Convert.ToBase64String(card.Photo.Content.AsSpan()))));

    private static XElement WriteV4(VCardCard card) => new(
        V4 + "vcard",
        Property("fn", "text", card.Name),
        Property("nickname", "text", card.Name),
        card.Telephone is null ? null : Property("tel", "uri", $"tel:{card.Telephone}"),
        card.Uri is null ? null : Property("impp", "uri", card.Uri),
        card.Photo is null ? null : Property(
            "photo", "uri", $"data:{card.Photo.MediaType};base64,{Convert.ToBase64String(card.Photo.Content.AsSpan())}"));

    private static XElement Property(string name, string type, string value) => new(V4 + name, new XElement(V4 + type, value));
}
