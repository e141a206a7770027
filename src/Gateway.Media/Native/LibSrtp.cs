using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>libsrtp 2 (Debian: libsrtp2-1). One session is never entered by two threads at once.</summary>
internal static unsafe partial class LibSrtp
{
    public const string Library = "libsrtp2.so.1";

    /// <summary>srtp_err_status_t of srtp.h.</summary>
    public const int Ok = 0, BadParameter = 2, AuthenticationFailed = 7, CipherFailed = 8, Replayed = 9, TooOld = 10, KeyExpired = 15;

    /// <summary>srtp_ssrc_type_t: one policy for all SSRCs that arrive, or that leave.</summary>
    public const int AnyInbound = 2, AnyOutbound = 3;

    private static readonly Lazy<int> Initialization = new(srtp_init);

    /// <summary>Once a process, before the first session.</summary>
    public static void EnsureInitialized()
    {
        if (Initialization.Value != Ok)
        {
            throw new InvalidOperationException($"{Library}: srtp_init failed with status {Initialization.Value}");
        }
    }

    [LibraryImport(Library)]
    private static partial int srtp_init();

    /// <summary>0x02050000 is 2.5.0.</summary>
    [LibraryImport(Library)]
    public static partial uint srtp_get_version();

    [LibraryImport(Library)]
    public static partial int srtp_create(out nint session, Policy* policy);

    [LibraryImport(Library)]
    public static partial int srtp_dealloc(nint session);

    /// <summary>The SSRC is in network order.</summary>
    [LibraryImport(Library)]
    public static partial int srtp_remove_stream(nint session, uint ssrc);

    [LibraryImport(Library)]
    public static partial int srtp_protect(nint session, byte* packet, int* length);

    [LibraryImport(Library)]
    public static partial int srtp_unprotect(nint session, byte* packet, int* length);

    [LibraryImport(Library)]
    public static partial int srtp_protect_rtcp(nint session, byte* packet, int* length);

    [LibraryImport(Library)]
    public static partial int srtp_unprotect_rtcp(nint session, byte* packet, int* length);

    [LibraryImport(Library)]
    public static partial void srtp_crypto_policy_set_rtp_default(CryptoPolicy* policy);

    [LibraryImport(Library)]
    public static partial void srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(CryptoPolicy* policy);

    [LibraryImport(Library)]
    public static partial void srtp_crypto_policy_set_aes_gcm_128_16_auth(CryptoPolicy* policy);

    /// <summary>srtp_crypto_policy_t, filled by the library.</summary>
    [InlineArray(6)]
    public struct CryptoPolicy
    {
        private int _first;
    }

    /// <summary>srtp_policy_t of version 2 on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    public struct Policy
    {
        [FieldOffset(0)]
        public int SsrcType;

        [FieldOffset(8)]
        public CryptoPolicy Rtp;

        [FieldOffset(32)]
        public CryptoPolicy Rtcp;

        [FieldOffset(56)]
        public byte* Key;

        [FieldOffset(88)]
        public ulong WindowSize;
    }
}
