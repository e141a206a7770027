using System.Text.Json;
using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.State;

/// <summary>The file of version 0.1, JSON lines such as <c>["+","juliet@example.org","1001@sip.example.org"]</c>: read once, for the
/// store. A line cut short by a crash is left out.</summary>
internal static class SubscriberFile
{
    public static async Task<(IReadOnlyCollection<PresenceSubscription> Kept, int Damaged)> ReadAsync(
        string path, CancellationToken cancellationToken)
    {
        HashSet<PresenceSubscription> kept = [];
        var damaged = 0;
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (!TryRead(line, out var isAdded, out var subscription))
            {
                damaged++;
            }
            else if (isAdded)
            {
                kept.Add(subscription);
            }
            else
            {
                kept.Remove(subscription);
            }
        }

        return (kept, damaged);
    }

    private static bool TryRead(
        string line, out bool isAdded, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PresenceSubscription? subscription)
    {
        isAdded = false;
        subscription = null;
        try
        {
            if (JsonSerializer.Deserialize<string?[]>(line) is not [("+" or "-") and var sign, { } user, { } contact]
                || !Jid.TryParse(user, out var userJid, out _) || !Jid.TryParse(contact, out var contactJid, out _))
            {
                return false;
            }

            isAdded = sign == "+";
            subscription = new PresenceSubscription(userJid, contactJid);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
