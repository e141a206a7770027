using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Dtls;

namespace Gateway.Media.Tests.Dtls;

public sealed class DtlsFingerprintTests
{
    [Theory] // case-insensitive in hash and value, white space passed over
    [InlineData("sha-1", "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB")] // RFC 8122 section 5
    [InlineData("SHA-1", "4a:ad:b9:b1:3f:82:18:3b:54:02:12:df:3e:5d:49:6b:19:e5:7c:ab")]
    [InlineData(" sha-1\n", "\n  4A:AD:B9:B1:3F:82:18:3B:54:02:\n  12:DF:3E:5D:49:6B:19:E5:7C:AB ")]
    public void One_fingerprint_in_its_spellings(string hash, string value)
    {
        Assert.True(DtlsFingerprint.TryParse(hash, value, out var read));
        Assert.Equal("sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB", read.ToString());
        Assert.True(DtlsFingerprint.TryParse(read.ToString(), out var again));
        Assert.Equal(read, again);
    }

    [Theory]
    [InlineData("md5", "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B")] // RFC 8122 section 5: MUST NOT
    [InlineData("sha-256", "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB")]
    [InlineData("sha-1", "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:00")]
    [InlineData("sha-1", "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:XX")]
    [InlineData("", "")]
    public void What_is_none_is_refused(string hash, string value) => Assert.False(DtlsFingerprint.TryParse(hash, value, out _));

    [Fact]
    public void Fingerprints_of_every_hash_read_as_what_was_printed()
    {
        foreach (var algorithm in new[] { HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512 })
        {
            var made = DtlsFingerprint.Of([1, 2, 3], algorithm);
            Assert.True(DtlsFingerprint.TryParse(made.Hash, made.Value, out var read));
            Assert.Equal(made, read);
            Assert.True(read.Fits([1, 2, 3]));
            Assert.False(read.Fits([1, 2, 4]));
        }
    }

    [Fact] // RFC 8122 section 5: only those of the best hash count
    public void A_weaker_fingerprint_that_fits_does_not_make_up_for_a_stronger_one_that_does_not()
    {
        byte[] certificate = [1, 2, 3];
        var weak = DtlsFingerprint.Of(certificate, HashAlgorithmName.SHA1);
        var strong = DtlsFingerprint.Of(certificate, HashAlgorithmName.SHA256);
        var wrong = DtlsFingerprint.Of([4], HashAlgorithmName.SHA256);

        Assert.False(DtlsIdentity.IsExpected(certificate, [weak, wrong]));
        Assert.True(DtlsIdentity.IsExpected(certificate, [wrong, strong, weak]));
        Assert.True(DtlsIdentity.IsExpected(certificate, [weak]));
        Assert.False(DtlsIdentity.IsExpected(certificate, []));
    }

    [Fact] // hostile input
    public void No_text_throws() => Prop.ForAll<string?>(text =>
    {
        _ = DtlsFingerprint.TryParse(text ?? "", out _);
        _ = DtlsFingerprint.TryParse("sha-256", text ?? "", out _);
    }).QuickCheckThrowOnFailure();
}
