using System.Diagnostics.CodeAnalysis;

namespace Gateway.Media.Srtp;

/// <summary>How packets are encrypted and authenticated.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names of RFC 4568 section 6.2 and RFC 7714 section 12.")]
public enum SrtpProfile
{
    /// <summary>AES in counter mode, tags of 80 bits: RFC 3711, the profile that everybody has.</summary>
    AesCm128HmacSha1_80,

    /// <summary>The same with tags of 32 bits on RTP, 80 bits on RTCP. Only by RFC 4568: never offered over DTLS.</summary>
    AesCm128HmacSha1_32,

    /// <summary>AES in Galois counter mode: RFC 7714. A third of the others' cost.</summary>
    AeadAes128Gcm,
}

/// <summary>Sizes that follow from the profile.</summary>
public static class SrtpProfiles
{
    /// <summary>
    /// More than any profile adds to a packet: the room that a buffer needs behind the packet (libsrtp's SRTP_MAX_TRAILER_LEN).
    /// </summary>
    public const int MostAdded = 144;

    /// <summary>Octets of the master key.</summary>
    public const int KeyLength = 16;

    /// <summary>Octets of the master salt: RFC 3711 section 8.2, RFC 7714 section 12.</summary>
    public static int SaltLength(this SrtpProfile profile) => profile is SrtpProfile.AeadAes128Gcm ? 12 : 14;
}
