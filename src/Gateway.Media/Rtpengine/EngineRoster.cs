using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Rtpengine;

/// <summary>
/// Which engine serves which session. The order of engines is a function of the session's id (rendezvous hashing), so a
/// gateway that lost its memory still asks the right one first; an engine that was silent lately comes last, and one that is down not
/// at all.
/// </summary>
internal sealed class EngineRoster(ImmutableArray<NgClient> engines, TimeSpan rest, TimeProvider time, ILogger logger)
{
    private readonly ConcurrentDictionary<NgClient, DateTimeOffset> _restingUntil = new();
    private ImmutableHashSet<NgClient> _down = [];

    public ImmutableArray<NgClient> All => engines;

    /// <summary>Whether any is not known to be down.</summary>
    public bool IsAnyUp => Volatile.Read(ref _down).Count < engines.Length;

    /// <summary>Known from pings: asking it would only make a call wait.</summary>
    public bool IsDown(NgClient engine) => Volatile.Read(ref _down).Contains(engine);

    public void Down(NgClient engine)
    {
        ImmutableInterlocked.Update(ref _down, static (down, one) => down.Add(one), engine);
        Log.EngineDown(logger, engine.Name);
    }

    public void Up(NgClient engine)
    {
        var wasDown = IsDown(engine);
        ImmutableInterlocked.Update(ref _down, static (down, one) => down.Remove(one), engine);
        if (_restingUntil.TryRemove(engine, out _) || wasDown)
        {
            Log.EngineBack(logger, engine.Name);
        }
    }

    public IEnumerable<NgClient> InOrderFor(string sessionId)
    {
        if (engines.Length == 1)
        {
            return IsDown(engines[0]) ? [] : engines;
        }

        var now = time.GetUtcNow();
        return engines
            .Where(engine => !IsDown(engine))
            .OrderBy(engine => _restingUntil.TryGetValue(engine, out var until) && until > now)
            .ThenBy(engine => Weight(sessionId, engine.Name));
    }

    public void Note(NgClient engine, NgReply reply)
    {
        if (reply is NgReply.Silent silent)
        {
            _restingUntil[engine] = time.GetUtcNow() + rest;
            Log.EngineSilent(logger, engine.Name, silent.Reason, rest.TotalSeconds);
        }
        else if (_restingUntil.TryRemove(engine, out _))
        {
            Log.EngineBack(logger, engine.Name);
        }
    }

    private static ulong Weight(string sessionId, string engine) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{sessionId}\n{engine}")));
}
