namespace Gateway.Mapping.Policy;

/// <summary>
/// At most so many events a minute for each key, evenly refilled (a token bucket a key). Keys beyond the table's
/// capacity are forgotten, least recently seen first. May be used from any thread.
/// </summary>
internal sealed class RateLimit(int perMinute, int capacity, TimeProvider time)
{
    private readonly RecentTable<string, Bucket> _buckets = new(capacity);

    private int PerMinute => perMinute;

    private TimeProvider Time => time;

    /// <summary>False when the key has used up its share.</summary>
    public bool TryTake(string key)
    {
        var bucket = _buckets.GetOrAdd(
            key, this, static limit => new Bucket { Tokens = limit.PerMinute, Refilled = limit.Time.GetTimestamp() });
        lock (bucket)
        {
            var elapsed = time.GetElapsedTime(bucket.Refilled);
            bucket.Tokens = Math.Min(perMinute, bucket.Tokens + (elapsed.TotalMinutes * perMinute));
            bucket.Refilled = time.GetTimestamp();
            if (bucket.Tokens < 1)
            {
                return false;
            }

            bucket.Tokens--;
            return true;
        }
    }

    private sealed class Bucket
    {
        public double Tokens { get; set; }

        public long Refilled { get; set; }
    }
}
