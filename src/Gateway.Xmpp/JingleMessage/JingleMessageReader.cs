using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Xmpp.Jingle;

namespace Gateway.Xmpp.JingleMessage;

/// <summary>Reads the elements of XEP-0353 in all the shapes that its versions gave them.</summary>
public static class JingleMessageReader
{
    /// <summary>Reads the element; the fault says why not, in words fit for a bad-request. Never throws.</summary>
    public static bool TryRead(
        XElement payload, [NotNullWhen(true)] out JingleMessage? message, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(payload);
        message = null;
        if (!JingleMessageNamespaces.TryParse(payload.Name.Namespace, out _))
        {
            fault = "not an element of Jingle Message Initiation";
            return false;
        }

        if (payload.Attribute("id")?.Value is not { Length: > 0 and <= JingleLimits.SessionId } id || id.Any(char.IsControl))
        {
            fault = $"id must have 1 to {JingleLimits.SessionId} printable characters";
            return false;
        }

        message = Read(payload, id);
        fault = message is null ? "unknown element of Jingle Message Initiation" : null;
        return message is not null;
    }

    // The reason is optional everywhere: 0.3.1 knows none, Conversations retracts without one.
    private static JingleMessage? Read(XElement payload, string id) => payload.Name.LocalName switch
    {
        "propose" => ReadPropose(payload, id),
        "ringing" => new JingleMessage.Ringing(id),
        "proceed" => new JingleMessage.Proceed(id),
        "accept" => new JingleMessage.Accept(id),
        "reject" => new JingleMessage.Reject(id, JingleReasonXml.Find(payload), HasTieBreak(payload)),
        "retract" => new JingleMessage.Retract(id, JingleReasonXml.Find(payload), HasTieBreak(payload)),
        "finish" => new JingleMessage.Finish(id, JingleReasonXml.Find(payload), MigratedTo(payload)),
        _ => null,
    };

    // MAPPING J-6: one description a medium; other applications are noted, other children ignored.
    private static JingleMessage.Propose ReadPropose(XElement propose, string id)
    {
        var descriptions = propose.Elements().Where(child => child.Name.LocalName == "description").Take(JingleLimits.Contents);
        var media = ImmutableArray.CreateBuilder<string>();
        var others = false;
        foreach (var description in descriptions)
        {
            if (description.Name.Namespace == JingleNamespaces.Rtp
                && description.Attribute("media")?.Value is { Length: > 0 and <= JingleLimits.Name } kind)
            {
                media.Add(kind);
            }
            else
            {
                others = true;
            }
        }

        return new JingleMessage.Propose(id, media.ToImmutable(), others);
    }

    private static bool HasTieBreak(XElement payload) => payload.Descendants().Any(child => child.Name.LocalName == "tie-break");

    private static string? MigratedTo(XElement finish) =>
        finish.Elements().FirstOrDefault(child => child.Name.LocalName == "migrated")?.Attribute("to")?.Value
            is { Length: > 0 and <= JingleLimits.SessionId } to
            ? to
            : null;
}
