using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Presence;

/// <summary>Temporary presence of one SIP user towards one XMPP user. Guarded by <see cref="PresenceService"/>.</summary>
internal sealed class Sharing : IDisposable
{
    private ITimer? _end;

    /// <summary>Who was shown presence: full JIDs, and the bare one when it went to all devices.</summary>
    public HashSet<Jid> Recipients { get; } = [];

    /// <summary>Sessions of the pair that live.</summary>
    public int Sessions { get; set; }

    /// <summary>Whether nothing holds it any more.</summary>
    public bool IsEmpty => Recipients.Count == 0 && Sessions == 0;

    /// <summary>Ends it after a time, unless a session keeps it (MAPPING T-7).</summary>
    public void EndAfter(TimeSpan delay, TimeProvider time, Action<Sharing> end)
    {
        _end?.Dispose();
        _end = time.CreateTimer(_ => end(this), null, delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A session has begun.</summary>
    public void Keep()
    {
        _end?.Dispose();
        _end = null;
    }

    public void Dispose() => Keep();
}
