namespace Gateway.Media.Srtp;

/// <summary>
/// The transform of one direction under one key: all its SSRCs, their indexes and replay windows. Headers have been checked.
/// Used by one thread at a time.
/// </summary>
internal abstract unsafe class SrtpSession(SrtpProfile profile) : IDisposable
{
    public SrtpProfile Profile => profile;

    /// <summary>Octets of the authentication tag.</summary>
    public int RtpTag { get; } = profile switch
    {
        SrtpProfile.AesCm128HmacSha1_80 => 10,
        SrtpProfile.AesCm128HmacSha1_32 => 4,
        _ => 16,
    };

    /// <summary>
    /// Octets of the authentication tag: 80 bits with either of the former (RFC 4568 section 6.2.2). SRTCP has four more for the
    /// index (RFC 3711 section 3.4).
    /// </summary>
    public int RtcpTag { get; } = profile is SrtpProfile.AeadAes128Gcm ? 16 : 10;

    /// <summary>The quickest that the machine has and that the profile is made for: both kinds make the same packets.</summary>
    public static SrtpSession Create(SrtpKeyMaterial key, bool outbound) =>
        key.Profile is not SrtpProfile.AeadAes128Gcm && CounterModeSession.IsSupported
            ? new CounterModeSession(key, outbound) : new LibSrtpSession(key, outbound);

    /// <summary>Whether there is room for this source.</summary>
    public abstract bool Admits(uint ssrc);

    public abstract SrtpOutcome ProtectRtp(byte* packet, ref int length, uint ssrc);

    public abstract SrtpOutcome ProtectRtcp(byte* packet, ref int length, uint ssrc);

    public abstract SrtpOutcome UnprotectRtp(byte* packet, ref int length, uint ssrc);

    public abstract SrtpOutcome UnprotectRtcp(byte* packet, ref int length, uint ssrc);

    public abstract void Dispose();
}
