namespace Gateway.Media.Ice;

/// <summary>Whether the peer still agrees to receive (RFC 7675 section 5.1); its checks keep NAT bindings open as well.</summary>
internal sealed class IceConsent(IceAgentOptions options)
{
    private long _askAt = long.MaxValue;
    private long _endsAt = long.MaxValue;

    /// <summary>When the peer last answered.</summary>
    public long GivenAt { get; private set; }

    public long NextDue => Math.Min(_askAt, _endsAt);

    public bool IsDue(long now) => now >= _askAt;

    public bool IsLost(long now) => now >= _endsAt;

    /// <summary>A check of the pair has just been answered.</summary>
    public void Begin(long now, IceContext context)
    {
        Given(now);
        Asked(now, context);
    }

    public void Given(long now) => (GivenAt, _endsAt) = (now, now + options.ConsentLifetime);

    /// <summary>Two questions and more have gone unanswered.</summary>
    public bool IsInDoubt(long now) => now - GivenAt > options.ConsentInterval * 5 / 2;

    /// <summary>The next time is 0.8 to 1.2 intervals away, so that many calls do not fall into step.</summary>
    public void Asked(long now, IceContext context) => _askAt = now + (options.ConsentInterval * 4 / 5)
        + context.RandomBelow((options.ConsentInterval * 2 / 5) + 1);
}
