using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Srtp;

namespace Gateway.Media.Tests.Srtp;

public sealed class SdesCryptoTests
{
    private const string Key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"; // RFC 4568 section 4.1
    private const string GcmKey = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJQ==";

    [Theory] // RFC 4568 sections 4.1, 6.1, 6.3.6, 9.1; RFC 7714 section 14.2
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}", 1, SrtpProfile.AesCm128HmacSha1_80, null)]
    [InlineData($"2 AES_CM_128_HMAC_SHA1_32 inline:{Key}|2^20", 2, SrtpProfile.AesCm128HmacSha1_32, 1L << 20)]
    [InlineData($"3 AES_CM_128_HMAC_SHA1_80 inline:{Key}|1048576 WSH=64", 3, SrtpProfile.AesCm128HmacSha1_80, 1048576L)]
    [InlineData($"4 AEAD_AES_128_GCM inline:{GcmKey}|2^48 -odd=1", 4, SrtpProfile.AeadAes128Gcm, 1L << 48)]
    [InlineData($"5  aes_cm_128_hmac_sha1_80  inline:{Key}", 5, SrtpProfile.AesCm128HmacSha1_80, null)]
    public void A_usable_line_is_read(string value, int tag, SrtpProfile profile, long? lifetime)
    {
        Assert.True(SdesCrypto.TryParse(value, out var line));
        Assert.Equal((tag, profile, (ulong?)lifetime), (line.Tag, line.Key.Profile, line.Lifetime));
    }

    [Theory] // RFC 4568 section 6.1
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^20|1:4", 4, 1L << 20)]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|1:1", 1, null)]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^31", 0, 1L << 31)]
    public void Length_of_a_key_identifier_is_read(string value, int length, long? lifetime)
    {
        Assert.True(SdesCrypto.TryParse(value, out var line));
        Assert.Equal((length, (ulong?)lifetime), (line.IdentifierLength, line.Lifetime));
    }

    [Theory] // RFC 3711 section 3.1, RFC 7714 sections 8.2 and 9.2
    [InlineData(SrtpProfile.AesCm128HmacSha1_80, 10)]
    [InlineData(SrtpProfile.AesCm128HmacSha1_32, 4)]
    [InlineData(SrtpProfile.AeadAes128Gcm, 0)] // the tag is of the encrypted octets
    public void Packets_with_a_key_identifier_are_opened(SrtpProfile profile, int tag)
    {
        using var key = SrtpKeyMaterial.Create(profile);
        using var receiver = new SrtpReceiver(key, identifierLength: 4);
        var (master, salt) = (key.KeyAndSalt[..16].ToArray(), key.KeyAndSalt[16..].ToArray());
        var isGcm = profile is SrtpProfile.AeadAes128Gcm;
        byte[] voice = [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 1, 2, 3, 4, 5];
        byte[] report = [0x80, 201, 0, 1, 0, 0, 0, 7];

        var rtp = Identified(ReferenceSrtp.ProtectRtp(master, salt, voice, 12, isGcm, tag), tag);
        var length = rtp.Length;
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtp(rtp, ref length));
        Assert.Equal(voice, rtp[..length]);

        var rtcp = Identified(ReferenceSrtp.ProtectRtcp(master, salt, report, 1, isGcm), isGcm ? 0 : 10);
        length = rtcp.Length;
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(rtcp, ref length));
        Assert.Equal(report, rtcp[..length]);

        var bare = ReferenceSrtp.ProtectRtp(master, salt, [.. voice[..3], 2, .. voice[4..]], 12, isGcm, tag);
        length = bare.Length;
        Assert.NotEqual(SrtpOutcome.Ok, receiver.UnprotectRtp(bare, ref length));

        static byte[] Identified(byte[] packet, int tag) => [.. packet[..^tag], 0, 0, 0, 1, .. packet[^tag..]];
    }

    [Fact] // what is shorter than the identifier and the tag
    public void Packet_without_room_for_the_identifier_is_malformed()
    {
        using var key = SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80);
        using var receiver = new SrtpReceiver(key, identifierLength: 128);
        for (var octets = 0; octets < 12 + 128 + 10; octets++)
        {
            var packet = new byte[octets];
            packet.AsSpan(0, Math.Min(1, octets)).Fill(0x80);
            var length = octets;
            Assert.Equal(SrtpOutcome.Malformed, receiver.UnprotectRtp(packet, ref length));
        }
    }

    [Fact] // Avaya's and others' only line
    public void Line_with_a_key_identifier_is_chosen_where_there_is_no_other()
    {
        Assert.True(SdesCrypto.TryChoose(
            [$"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^31|1:1", $"2 AES_CM_128_HMAC_SHA1_32 inline:{Key}|2^31|1:1"], out var chosen));
        Assert.Equal((1, 1), (chosen.Tag, chosen.IdentifierLength));
    }

    [Theory] // RFC 4568: what we do not have, section by section, and what is broken
    [InlineData("")]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80")]
    [InlineData($"x AES_CM_128_HMAC_SHA1_80 inline:{Key}")]
    [InlineData($"-1 AES_CM_128_HMAC_SHA1_80 inline:{Key}")]
    [InlineData($"1234567890 AES_CM_128_HMAC_SHA1_80 inline:{Key}")]
    [InlineData($"1 F8_128_HMAC_SHA1_80 inline:{Key}")]
    [InlineData($"1 AES_256_CM_HMAC_SHA1_80 inline:{Key}")]
    [InlineData($"1 AEAD_AES_128_GCM inline:{Key}")] // two octets too many
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:AAAA")]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:!!!!")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 uri:{Key}")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|1:4|2^20")] // master key identifiers
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|1:0")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|1:129")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|:4")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|1:4:4")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^20|2^20|1:4")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^20|1:4;inline:{Key}|2^20|2:4")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^49")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^99999999999")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}|0")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key} KDR=1")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key} UNENCRYPTED_SRTP")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key} UNAUTHENTICATED_SRTP")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key} FEC_ORDER=FEC_SRTP")]
    public void A_line_we_cannot_serve_is_refused(string value) => Assert.False(SdesCrypto.TryParse(value, out _));

    [Fact] // RFC 4568 section 5.1.2: the first usable in the offerer's order, its tag repeated
    public void Of_several_lines_the_first_usable_is_chosen()
    {
        Assert.True(SdesCrypto.TryChoose(
            [
                $"1 AES_256_CM_HMAC_SHA1_80 inline:{Key}",
                $"2 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^20|1:4",
                $"3 AES_CM_128_HMAC_SHA1_32 inline:{Key}",
                $"4 AES_CM_128_HMAC_SHA1_80 inline:{Key}",
            ],
            out var chosen));
        Assert.Equal(3, chosen.Tag);
    }

    [Fact]
    public void No_usable_line_is_no_choice() =>
        Assert.False(SdesCrypto.TryChoose(Enumerable.Repeat("1 AES_256_CM_HMAC_SHA1_80 inline:", 5000), out _));

    [Fact] // RFC 4568 section 9.1
    public void What_is_printed_reads_as_the_same_key()
    {
        foreach (var line in SdesCrypto.Create(Enum.GetValues<SrtpProfile>()))
        {
            Assert.True(SdesCrypto.TryParse(SdesCrypto.Print(line.Tag, line.Key), out var read));
            Assert.Equal(line.Tag, read.Tag);
            Assert.True(line.Key.IsSameAs(read.Key));
        }
    }

    [Fact]
    public void Made_keys_differ_and_are_never_printed_by_accident()
    {
        var lines = SdesCrypto.Create(SrtpProfile.AesCm128HmacSha1_80, SrtpProfile.AesCm128HmacSha1_80);

        Assert.False(lines[0].Key.IsSameAs(lines[1].Key));
        Assert.DoesNotContain(Convert.ToBase64String(lines[0].Key.KeyAndSalt), lines[0].ToString(), StringComparison.Ordinal);
    }

    [Fact] // hostile input
    public void No_text_throws() => Prop.ForAll<string?>(text =>
    {
        _ = SdesCrypto.TryParse(text ?? "", out _);
        _ = SdesCrypto.TryParse($"1 AES_CM_128_HMAC_SHA1_80 inline:{text}", out _);
        _ = SdesCrypto.TryParse($"1 AES_CM_128_HMAC_SHA1_80 inline:{Key}{text}", out _);
    }).QuickCheckThrowOnFailure();
}
