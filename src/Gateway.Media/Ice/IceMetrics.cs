using System.Diagnostics.Metrics;

namespace Gateway.Media.Ice;

/// <summary>Why a STUN message was of no use.</summary>
internal enum StunRefusal
{
    /// <summary>Not a message, or its FINGERPRINT is wrong.</summary>
    Malformed,

    /// <summary>USERNAME names no credentials of ours.</summary>
    User,

    /// <summary>MESSAGE-INTEGRITY is missing or wrong.</summary>
    Integrity,

    /// <summary>An attribute or method that must be understood is not.</summary>
    Unknown,

    /// <summary>An answer to nothing that was asked.</summary>
    Stray,
}

/// <summary>ICE's instruments of the meter <c>Gateway.Media</c>; one for all agents, used from any thread.</summary>
internal sealed class IceMetrics(Meter meter)
{
    private readonly Counter<long> _ignored = meter.CreateCounter<long>(
        "gateway.media.stun.refused", "{message}", "STUN messages of no use, by reason.");

    private readonly Counter<long> _muted = meter.CreateCounter<long>(
        "gateway.media.stun.muted", "{message}", "Error responses not sent because too many were asked for in a second.");

    private readonly Counter<long> _conflicts = meter.CreateCounter<long>(
        "gateway.media.ice.conflicts", "{conflict}", "Role conflicts that changed the role (RFC 8445 section 7.3.1.1).");

    private readonly Counter<long> _ended = meter.CreateCounter<long>(
        "gateway.media.ice.ended", "{agent}", "Agents without a way to the peer, by reason: failed, consent.");

    public void Refused(StunRefusal why) =>
        _ignored.Add(1, new KeyValuePair<string, object?>("reason", NameOf(why)));

    public void Muted() => _muted.Add(1);

    public void Conflict() => _conflicts.Add(1);

    public void Failed() => _ended.Add(1, new KeyValuePair<string, object?>("reason", "failed"));

    public void ConsentLost() => _ended.Add(1, new KeyValuePair<string, object?>("reason", "consent"));

    private static string NameOf(StunRefusal why) => why switch
    {
        StunRefusal.Malformed => "malformed",
        StunRefusal.User => "user",
        StunRefusal.Integrity => "integrity",
        StunRefusal.Unknown => "unknown",
        _ => "stray",
    };
}
