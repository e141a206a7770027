using System.Collections.Concurrent;

namespace Gateway.Xmpp.Component;

/// <summary>Lets one log line a reason through in ten seconds: what peers can cause must not fill the disk.</summary>
internal sealed class LogLimiter(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <param name="reason">One of a small, fixed set.</param>
    /// <param name="suppressed">Lines kept back since the last that went through.</param>
    public bool MayWrite(string reason, out long suppressed)
    {
        var line = _lines.GetOrAdd(reason, static _ => new Line());
        lock (line)
        {
            suppressed = line.Suppressed;
            if (line.WrittenAt is { } writtenAt && time.GetElapsedTime(writtenAt) < Pause)
            {
                line.Suppressed++;
                return false;
            }

            line.WrittenAt = time.GetTimestamp();
            line.Suppressed = 0;
            return true;
        }
    }

    private sealed class Line
    {
        public long? WrittenAt { get; set; }

        public long Suppressed { get; set; }
    }
}
