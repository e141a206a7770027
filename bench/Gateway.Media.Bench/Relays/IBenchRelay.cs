using Gateway.Media.Relay;

namespace Gateway.Media.Bench.Relays;

/// <summary>A relay in a process of its own.</summary>
internal interface IBenchRelay : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Its process.</summary>
    int ProcessId { get; }

    Task<MediaResult> OfferAsync(MediaOffer offer);

    Task<MediaResult> AnswerAsync(MediaAnswer answer);

    Task DeleteAsync(string session);

    /// <summary>Octets that its managed code has allocated; null for one that has none.</summary>
    Task<AllocatedOctets?> AllocatedAsync();
}

/// <summary>What managed code has allocated: in all, and on the threads that carry media.</summary>
internal readonly record struct AllocatedOctets(long All, long OnMediaThreads, int Collections);
