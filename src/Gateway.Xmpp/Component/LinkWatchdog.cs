namespace Gateway.Xmpp.Component;

/// <summary>What the watchdog asks for.</summary>
internal enum WatchdogVerdict
{
    /// <summary>Nothing.</summary>
    Alive,

    /// <summary>Too silent: ask whether anybody is there.</summary>
    Ping,

    /// <summary>Asked, and nobody was.</summary>
    Dead,
}

/// <summary>
/// Finds half-open connections. Told once a tick how many octets have been read; any growth proves life, be it the answer to the
/// ping, an error (a server without XEP-0199), or something else.
/// </summary>
/// <param name="SilentTicks">Ticks of silence after which to ping.</param>
internal sealed record LinkWatchdog(int SilentTicks)
{
    private long Octets { get; init; }

    private int Silence { get; init; }

    public (LinkWatchdog Next, WatchdogVerdict Verdict) Tick(long octetsRead)
    {
        if (octetsRead != Octets)
        {
            return (this with { Octets = octetsRead, Silence = 0 }, WatchdogVerdict.Alive);
        }

        var next = this with { Silence = Silence + 1 };
        return (next, next.Silence < SilentTicks ? WatchdogVerdict.Alive
            : next.Silence == SilentTicks ? WatchdogVerdict.Ping
            : WatchdogVerdict.Dead);
    }
}
