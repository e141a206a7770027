using Gateway.Media.Dtls;
using Gateway.Testing;

namespace Gateway.Media.Tests.Dtls;

public sealed class DtlsCertificatesTests
{
    [Fact]
    public void The_certificate_changes_once_a_day()
    {
        var time = new VirtualTime();
        var certificates = new DtlsCertificates(time);
        var first = certificates.Current;
        time.Advance(DtlsCertificates.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Same(first, certificates.Current);

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotEqual(first.Sha256Fingerprint, certificates.Current.Sha256Fingerprint);
    }

    [Fact] // a call keeps the certificate that it began with, when it renews its association too
    public void A_retired_certificate_still_serves_those_who_hold_it()
    {
        var time = new VirtualTime();
        var certificates = new DtlsCertificates(time);
        var (ours, theirs) = (certificates.Current, DtlsCertificate.Create(time.GetUtcNow()));
        time.Advance(DtlsCertificates.Lifetime);
        _ = certificates.Current;
        GC.Collect();
        GC.WaitForPendingFinalizers();

        using var pair = new DtlsPair
        {
            Client = new DtlsPeer(DtlsRole.Client, ours, theirs.Fingerprint),
            Server = new DtlsPeer(DtlsRole.Server, theirs, ours.Fingerprint),
        };
        pair.Start().RunUntilEstablished();
    }

    [Fact] // the form that clients expect: 32 octets, upper case, colons
    public void Its_fingerprint_is_spelled_as_descriptions_do() =>
        Assert.Matches("^([0-9A-F]{2}:){31}[0-9A-F]{2}$", DtlsCertificate.Create(DateTimeOffset.UtcNow).Sha256Fingerprint);
}
