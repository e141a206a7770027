using System.Collections.Immutable;
using Gateway.Media.Rtp;
using Gateway.Media.Srtp;

namespace Gateway.Media.Embedded;

/// <summary>
/// The keys of one medium by RFC 4568: those that we offered, or the answer to those that the end offered. A key that both
/// sides repeat stays the same object, so packets keep their counters (RFC 4568 section 7.1.4); one that was given up is not used
/// again, or packets would be protected by a key stream that was used before (RFC 3711 section 9.1).
/// </summary>
internal sealed class SdesKeys : IDisposable
{
    private ImmutableArray<SdesLine> _offered = [];
    private readonly List<SrtpKeyMaterial> _made = [];
    private SdesLine? _answer;

    /// <summary>What packets are protected by; null: by nothing.</summary>
    public SdesPlan? Plan { get; private set; }

    /// <summary>Values of a=crypto for our offer; the same in every offer of the call.</summary>
    public ImmutableArray<string> Offer()
    {
        if (_answer is { } answer)
        {
            return [SdesCrypto.Print(answer.Tag, answer.Key)]; // the key that is in use, and so what both ends have
        }

        if (_offered.IsEmpty)
        {
            _offered = SdesCrypto.Create(SrtpProfile.AesCm128HmacSha1_80, SrtpProfile.AeadAes128Gcm);
            _made.AddRange(_offered.Select(line => line.Key));
        }

        return [.. _offered.Select(line => SdesCrypto.Print(line.Tag, line.Key))];
    }

    /// <summary>The end answered our offer: it chose one line, by its tag (section 5.1.2). False: none of ours.</summary>
    public bool TryTakeAnswer(ImmutableArray<string> values)
    {
        if (!SdesCrypto.TryChoose(values, out var chosen))
        {
            return false;
        }

        var ours = _answer is { } answer && answer.Tag == chosen.Tag ? answer
            : _offered.FirstOrDefault(line => line.Tag == chosen.Tag && line.Key.Profile == chosen.Key.Profile);
        if (ours is null || ours.Key.Profile != chosen.Key.Profile)
        {
            chosen.Key.Dispose();
            return false;
        }

        Use(ours.Key, chosen);
        return true;
    }

    /// <summary>The end offered: one of its lines is chosen and answered with a key of ours. False: none that we can use.</summary>
    /// <param name="values">Values of a=crypto.</param>
    /// <param name="line">The value of a=crypto for our answer.</param>
    public bool TryTakeOffer(ImmutableArray<string> values, out string line)
    {
        line = "";
        if (!SdesCrypto.TryChoose(values, out var chosen))
        {
            return false;
        }

        // Behind another key may be another end, which cannot know how far ours has counted: that one is answered with another, too.
        var key = Plan is { } plan && plan.Remote.IsSameAs(chosen.Key) ? plan.Local : Make(chosen.Key.Profile);
        _answer = new SdesLine(chosen.Tag, key);
        line = SdesCrypto.Print(chosen.Tag, key);
        Use(key, chosen);
        return true;
    }

    /// <summary>The end speaks without keys. What was offered and never used may still be answered.</summary>
    public void Clear()
    {
        if (Plan is not null)
        {
            (Plan, _answer, _offered) = (null, null, []);
        }
    }

    public void Dispose()
    {
        Plan = null;
        foreach (var key in _made)
        {
            key.Dispose();
        }

        _made.Clear();
    }

    private SrtpKeyMaterial Make(SrtpProfile profile)
    {
        var key = SrtpKeyMaterial.Create(profile);
        _made.Add(key);
        return key;
    }

    private void Use(SrtpKeyMaterial local, SdesLine theirs)
    {
        var remote = theirs.Key;
        if (Plan is { } plan && ReferenceEquals(plan.Local, local) && plan.Remote.IsSameAs(remote))
        {
            remote.Dispose();
            return;
        }

        if (Plan is { } before && !ReferenceEquals(before.Local, local))
        {
            _offered = _offered.RemoveAll(line => ReferenceEquals(line.Key, before.Local));
        }

        _made.Add(remote); // the one before belongs to the call until it has the new plan
        Plan = new SdesPlan(local, remote) { RemoteIdentifierLength = theirs.IdentifierLength };
    }
}
