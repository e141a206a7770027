using System.Collections.Immutable;
using System.Xml.Linq;
using Gateway.Sip.Messages;
using Gateway.Sip.Pidf;

namespace Gateway.Mapping.Presence.Exchange;

/// <summary>Presence as documents and back: RFC 8048 section 6, MAPPING P-10 to P-14.</summary>
internal static class PidfMapping
{
    private const int MostPriority = 127;
    private const int Thousand = 1000;

    /// <summary>show goes as it is into status (RFC 8048 section 6.2 note 7).</summary>
    private static readonly XName Show = XName.Get("show", "jabber:client");

    /// <summary>Activities (RFC 4480 section 3.2) for which XMPP has a word.</summary>
    private static readonly ImmutableDictionary<string, string> ShowOfActivity = ImmutableDictionary<string, string>.Empty
        .Add("on-the-phone", "dnd").Add("busy", "dnd").Add("meeting", "dnd").Add("performance", "dnd").Add("presentation", "dnd")
        .Add("away", "away").Add("permanent-absence", "xa").Add("vacation", "xa").Add("sleeping", "xa").Add("travel", "away")
        .Add("in-transit", "away").Add("meal", "away");

    /// <summary>
    /// One document for all devices: it is the full state, and a later one for another device would erase it (P-14). When none is
    /// there the last one that was is told as closed.
    /// </summary>
    /// <param name="user">Whose, as a SIP URI.</param>
    /// <param name="devices">By resource.</param>
    public static SipBody ToPidf(SipUri user, IEnumerable<KeyValuePair<string, Availability>> devices)
    {
        var known = devices.ToArray();
        var languages = known.SelectMany(device => device.Value.Statuses).Select(status => status.Language).Distinct().Take(2).ToArray();
        var tuples = known.OrderBy(device => device.Key, StringComparer.Ordinal).Select(device => Tuple(user, device.Key, device.Value));
        return PidfWriter.Write(new PidfDocument(EntityOf(user), [.. tuples])) with
        {
            Language = languages is [var only] ? only : null, // P-13: of the whole, where there is one
        };
    }

    /// <summary>
    /// What a document says of its presentity: the device that is most available (RFC 8048 section 6.2), as everything behind one
    /// SIP user is one device to XMPP users (T-6). Null when it says nothing.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="language">Language of notes that do not say theirs (P-13).</param>
    public static Availability? FromPidf(PidfDocument document, string? language = null)
    {
        var best = document.Tuples.Where(tuple => tuple.IsOpen is not null)
            .OrderByDescending(tuple => tuple.IsOpen).ThenBy(tuple => Rank(ShowOf(document, tuple)))
            .ThenByDescending(tuple => tuple.Priority ?? 0).FirstOrDefault();
        if (best is null)
        {
            return null;
        }

        return new Availability(best.IsOpen == true)
        {
            Show = best.IsOpen == true ? ShowOf(document, best) : null,
            Statuses = [.. (best.Notes.IsEmpty ? document.Notes : best.Notes)
                .Select(note => new StatusText(note.Text, note.Language ?? language)).DistinctBy(status => status.Language)],

            // The inverse of the other direction, so that a round trip keeps every value (P-12).
            Priority = best is { IsOpen: true, Priority: { } thousandths } ? ((thousandths * MostPriority) + Thousand - 1) / Thousand : null,
        };
    }

    private static PidfTuple Tuple(SipUri user, string resource, Availability device) => new(PidfTupleId.Of(resource), device.IsOpen)
    {
        Extensions = device.Show is { } show ? [new PidfExtension(Show, show)] : [],
        Contact = device.Priority >= 0 ? user.ToString() : null,
        Priority = device.Priority >= 0 ? device.Priority.Value * Thousand / MostPriority : null, // a negative one is never mapped (P-12)
        Notes = [.. device.Statuses.Select(status => new PidfNote(status.Text, status.Language))],
    };

    private static string? ShowOf(PidfDocument document, PidfTuple tuple) => Availability.ShowOf(tuple.Extension(Show))
        ?? document.Activities.Select(activity => ShowOfActivity.GetValueOrDefault(activity)).OfType<string>().FirstOrDefault();

    private static int Rank(string? show) => show switch
    {
        "chat" => 0,
        null => 1,
        "away" => 2,
        "xa" => 3,
        _ => 4,
    };

    /// <summary>pres: as RFC 8048 section 6.2 writes it.</summary>
    private static string EntityOf(SipUri user)
    {
        var text = user.ToString();
        return text.StartsWith("sip:", StringComparison.Ordinal) ? $"pres:{text[4..]}" : text;
    }
}
