using System.Security.Cryptography;

namespace Gateway.Media.Srtp;

/// <summary>
/// Master key and master salt of one direction (RFC 3711 section 3.2.1). Cleared on dispose; whoever made it disposes it, and
/// <see cref="SrtpSender"/> and <see cref="SrtpReceiver"/> keep copies of their own. Never printed.
/// </summary>
public sealed class SrtpKeyMaterial : IDisposable
{
    private readonly byte[] _keyAndSalt;

    /// <summary>Copies <paramref name="keyAndSalt"/>: the key, then the salt, as RFC 4568 section 6.1 joins them.</summary>
    public SrtpKeyMaterial(SrtpProfile profile, ReadOnlySpan<byte> keyAndSalt)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(keyAndSalt.Length, Length(profile), nameof(keyAndSalt));
        Profile = profile;
        _keyAndSalt = GC.AllocateArray<byte>(keyAndSalt.Length, pinned: true); // the collector leaves no second copy behind
        keyAndSalt.CopyTo(_keyAndSalt);
    }

    /// <summary>The profile that the key is for.</summary>
    public SrtpProfile Profile { get; }

    /// <summary>Key, then salt.</summary>
    internal ReadOnlySpan<byte> KeyAndSalt => _keyAndSalt;

    /// <summary>Octets of key and salt together.</summary>
    public static int Length(SrtpProfile profile) => SrtpProfiles.KeyLength + profile.SaltLength();

    /// <summary>A key nobody else has.</summary>
    public static SrtpKeyMaterial Create(SrtpProfile profile)
    {
        Span<byte> random = stackalloc byte[Length(profile)];
        RandomNumberGenerator.Fill(random);
        var made = new SrtpKeyMaterial(profile, random);
        CryptographicOperations.ZeroMemory(random);
        return made;
    }

    /// <summary>Whether both hold the same key; takes the same time for every pair.</summary>
    internal bool IsSameAs(SrtpKeyMaterial other) =>
        Profile == other.Profile && CryptographicOperations.FixedTimeEquals(_keyAndSalt, other._keyAndSalt);

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_keyAndSalt);

    /// <summary>The profile; never the key.</summary>
    public override string ToString() => $"key for {Profile}";
}
