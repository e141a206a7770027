namespace Gateway.Media.Tests.Srtp;

/// <summary>The reference is only worth something if the texts' own vectors hold it.</summary>
public sealed class ReferenceSrtpTests
{
    private static readonly byte[] GcmKey = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");
    private static readonly byte[] GcmSalt = Convert.FromHexString("517569642070726f2071756f");

    [Theory] // RFC 3711 appendix B.3
    [InlineData(0, "C61E7A93744F39EE10734AFE3FF7A087")]
    [InlineData(2, "30CBBC08863D8C85D49DB34A9AE1")]
    [InlineData(1, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF7227098"
        + "6371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2")]
    public void Keys_are_derived_as_the_text_shows(byte label, string expected) => Assert.Equal(expected, Convert.ToHexString(
        ReferenceSrtp.Derive(
            Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE4139"),
            Convert.FromHexString("0EC675AD498AFEEBB6960B3AABE6"),
            label,
            expected.Length / 2)));

    [Fact] // RFC 7714 section 16.1.1
    public void Rtp_is_sealed_as_the_text_shows() => Assert.Equal(
        "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
            + "899d7f27beb16a9152cf765ee4390cce",
        Convert.ToHexStringLower(ReferenceSrtp.ProtectRtpGcm(
            GcmKey,
            GcmSalt,
            Convert.FromHexString("8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573"),
            12)));

    [Fact] // RFC 7714 section 17.1
    public void Rtcp_is_sealed_as_the_text_shows() => Assert.Equal(
        "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
            + "c84aa45896cf4d2fc5abf87245d9eade800005d4",
        Convert.ToHexStringLower(ReferenceSrtp.ProtectRtcpGcm(
            GcmKey,
            GcmSalt,
            Convert.FromHexString(
                "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"),
            0x5d4)));
}
