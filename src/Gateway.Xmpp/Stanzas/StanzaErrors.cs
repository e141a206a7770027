using System.Xml.Linq;

namespace Gateway.Xmpp.Stanzas;

/// <summary>Reads and writes the error child of a stanza (RFC 6120 section 8.3.2).</summary>
public static class StanzaErrors
{
    /// <summary>Texts longer than this are cut: they are for people.</summary>
    public const int MaxTextLength = 1024;

    /// <summary>A longer address of gone or redirect is no JID (RFC 7622 section 3.1), and is left out.</summary>
    public const int MaxAddressLength = 3_200;

    /// <summary>The error in a stanza of type='error'; undefined-condition where it is missing or names none we know.</summary>
    public static StanzaError Read(XElement stanza)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        var error = stanza.Elements().FirstOrDefault(child => child.Name.LocalName == "error"
            && StreamNamespaces.IsStanzaNamespace(child.Name.Namespace));
        if (error is null)
        {
            return new StanzaError(StanzaErrorCondition.UndefinedCondition);
        }

        var condition = StanzaErrorCondition.UndefinedCondition;
        string? text = null;
        XName? application = null;
        string? address = null;
        foreach (var child in error.Elements())
        {
            if (child.Name.Namespace != StreamNamespaces.StanzaErrors)
            {
                application ??= child.Name;
            }
            else if (child.Name.LocalName == "text")
            {
                text ??= child.Value.Length > MaxTextLength ? child.Value[..MaxTextLength] : child.Value;
            }
            else if (TryConditionNamed(child.Name.LocalName, out var named))
            {
                condition = named;
                address = AddressOf(named, child.Value.Trim());
            }
        }

        return new StanzaError(condition, text, error.Attribute("type")?.Value, application) { Address = address };
    }

    /// <summary>The error child, without namespace: the stanza's writer gives it the stream's.</summary>
    public static XElement Write(StanzaError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var element = new XElement(
            "error",
            new XAttribute("type", error.Type ?? UsualType(error.Condition)),
            new XElement(StreamNamespaces.StanzaErrors + NameOf(error.Condition), AddressOf(error.Condition, error.Address)));
        if (error.Text is not null)
        {
            element.Add(new XElement(
                StreamNamespaces.StanzaErrors + "text", new XAttribute(XNamespace.Xml + "lang", "en"), error.Text));
        }

        if (error.Application is not null)
        {
            element.Add(new XElement(error.Application));
        }

        return element;
    }

    /// <summary>The element name of a condition.</summary>
    public static string NameOf(StanzaErrorCondition condition) => condition switch
    {
        StanzaErrorCondition.BadRequest => "bad-request",
        StanzaErrorCondition.Conflict => "conflict",
        StanzaErrorCondition.FeatureNotImplemented => "feature-not-implemented",
        StanzaErrorCondition.Forbidden => "forbidden",
        StanzaErrorCondition.Gone => "gone",
        StanzaErrorCondition.InternalServerError => "internal-server-error",
        StanzaErrorCondition.ItemNotFound => "item-not-found",
        StanzaErrorCondition.JidMalformed => "jid-malformed",
        StanzaErrorCondition.NotAcceptable => "not-acceptable",
        StanzaErrorCondition.NotAllowed => "not-allowed",
        StanzaErrorCondition.NotAuthorized => "not-authorized",
        StanzaErrorCondition.PolicyViolation => "policy-violation",
        StanzaErrorCondition.RecipientUnavailable => "recipient-unavailable",
        StanzaErrorCondition.Redirect => "redirect",
        StanzaErrorCondition.RegistrationRequired => "registration-required",
        StanzaErrorCondition.RemoteServerNotFound => "remote-server-not-found",
        StanzaErrorCondition.RemoteServerTimeout => "remote-server-timeout",
        StanzaErrorCondition.ResourceConstraint => "resource-constraint",
        StanzaErrorCondition.ServiceUnavailable => "service-unavailable",
        StanzaErrorCondition.SubscriptionRequired => "subscription-required",
        StanzaErrorCondition.UnexpectedRequest => "unexpected-request",
        _ => "undefined-condition",
    };

    /// <summary>The type that RFC 6120 section 8.3.3 recommends for a condition.</summary>
    public static string UsualType(StanzaErrorCondition condition) => condition switch
    {
        StanzaErrorCondition.BadRequest or StanzaErrorCondition.JidMalformed or StanzaErrorCondition.NotAcceptable
            or StanzaErrorCondition.PolicyViolation or StanzaErrorCondition.Redirect => "modify",
        StanzaErrorCondition.Forbidden or StanzaErrorCondition.NotAuthorized or StanzaErrorCondition.RegistrationRequired
            or StanzaErrorCondition.SubscriptionRequired => "auth",
        StanzaErrorCondition.RecipientUnavailable or StanzaErrorCondition.RemoteServerTimeout
            or StanzaErrorCondition.ResourceConstraint or StanzaErrorCondition.UnexpectedRequest => "wait",
        _ => "cancel",
    };

    private static string? AddressOf(StanzaErrorCondition condition, string? text) =>
        condition is StanzaErrorCondition.Gone or StanzaErrorCondition.Redirect && text is { Length: > 0 and <= MaxAddressLength } ? text : null;

    private static readonly Dictionary<string, StanzaErrorCondition> ByName =
        Enum.GetValues<StanzaErrorCondition>().ToDictionary(NameOf, StringComparer.Ordinal);

    private static bool TryConditionNamed(string name, out StanzaErrorCondition condition) => ByName.TryGetValue(name, out condition);
}
