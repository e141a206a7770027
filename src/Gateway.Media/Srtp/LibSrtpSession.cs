using Gateway.Media.Native;

namespace Gateway.Media.Srtp;

/// <summary>A libsrtp session for one direction: all SSRCs under one key. Used by one thread at a time.</summary>
internal sealed unsafe class LibSrtpSession : SrtpSession
{
    /// <summary>
    /// Packets that may arrive out of order. RFC 3711 section 3.3.2 asks for 64 at least; video needs more, and 1024 cost 128
    /// octets.
    /// </summary>
    private const int Window = 1024;

    private readonly SrtpHandle _handle;
    private readonly SrtpSources _sources;

    public LibSrtpSession(SrtpKeyMaterial key, bool outbound)
        : base(key.Profile)
    {
        LibSrtp.EnsureInitialized();
        LibSrtp.Policy policy = default;
        policy.SsrcType = outbound ? LibSrtp.AnyOutbound : LibSrtp.AnyInbound;
        policy.WindowSize = Window;
        SetProfile(&policy, key.Profile);
        fixed (byte* octets = key.KeyAndSalt)
        {
            policy.Key = octets; // srtp_create copies it
            var status = LibSrtp.srtp_create(out var session, &policy);
            if (status != LibSrtp.Ok)
            {
                throw new InvalidOperationException($"srtp_create failed with status {status}");
            }

            _handle = new SrtpHandle(session);
        }

        _sources = new SrtpSources(_handle, outbound);
    }

    public override bool Admits(uint ssrc) => _sources.Admits(ssrc);

    public override SrtpOutcome ProtectRtp(byte* packet, ref int length, uint ssrc)
    {
        var octets = length;
        var status = LibSrtp.srtp_protect(_handle.Value, packet, &octets);
        return Conclude(status, octets, ref length, ssrc);
    }

    public override SrtpOutcome ProtectRtcp(byte* packet, ref int length, uint ssrc)
    {
        var octets = length;
        var status = LibSrtp.srtp_protect_rtcp(_handle.Value, packet, &octets);
        return Conclude(status, octets, ref length, ssrc);
    }

    public override SrtpOutcome UnprotectRtp(byte* packet, ref int length, uint ssrc)
    {
        var octets = length;
        var status = LibSrtp.srtp_unprotect(_handle.Value, packet, &octets);
        return Conclude(status, octets, ref length, ssrc);
    }

    public override SrtpOutcome UnprotectRtcp(byte* packet, ref int length, uint ssrc)
    {
        var octets = length;
        var status = LibSrtp.srtp_unprotect_rtcp(_handle.Value, packet, &octets);
        return Conclude(status, octets, ref length, ssrc);
    }

    public override void Dispose() => _handle.Dispose();

    private static void SetProfile(LibSrtp.Policy* policy, SrtpProfile profile)
    {
        switch (profile)
        {
            case SrtpProfile.AesCm128HmacSha1_80:
                LibSrtp.srtp_crypto_policy_set_rtp_default(&policy->Rtp);
                LibSrtp.srtp_crypto_policy_set_rtp_default(&policy->Rtcp);
                break;
            case SrtpProfile.AesCm128HmacSha1_32:
                LibSrtp.srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy->Rtp);
                LibSrtp.srtp_crypto_policy_set_rtp_default(&policy->Rtcp);
                break;
            default:
                LibSrtp.srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->Rtp);
                LibSrtp.srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->Rtcp);
                break;
        }
    }

    private SrtpOutcome Conclude(int status, int octets, ref int length, uint ssrc)
    {
        if (status != LibSrtp.Ok)
        {
            return status switch
            {
                LibSrtp.AuthenticationFailed or LibSrtp.CipherFailed => SrtpOutcome.AuthenticationFailed,
                LibSrtp.Replayed => SrtpOutcome.Replayed,
                LibSrtp.TooOld => SrtpOutcome.TooOld,
                LibSrtp.BadParameter => SrtpOutcome.Malformed,
                LibSrtp.KeyExpired => SrtpOutcome.KeyExpired,
                _ => SrtpOutcome.Failed,
            };
        }

        length = octets;
        _sources.Used(ssrc);
        return SrtpOutcome.Ok;
    }
}
