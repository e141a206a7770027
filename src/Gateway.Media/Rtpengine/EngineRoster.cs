using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Rtpengine;

/// <summary>
/// Which engine serves which session. The order of engines is a function of the session's id (rendezvous hashing), so a
/// gateway that lost its memory still asks the right one first; an engine that was silent lately comes last.
/// </summary>
internal sealed class EngineRoster(ImmutableArray<NgClient> engines, TimeSpan rest, TimeProvider time, ILogger logger)
{
    private readonly ConcurrentDictionary<NgClient, DateTimeOffset> _restingUntil = new();

    public ImmutableArray<NgClient> All => engines;

    public IEnumerable<NgClient> InOrderFor(string sessionId)
    {
        if (engines.Length == 1)
        {
            return engines;
        }

        var now = time.GetUtcNow();
        return engines
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
