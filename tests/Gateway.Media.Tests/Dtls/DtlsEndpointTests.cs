using System.Collections.Immutable;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Dtls;
using Gateway.Media.Srtp;

namespace Gateway.Media.Tests.Dtls;

public sealed class DtlsEndpointTests
{
    private static readonly DtlsCertificate Ours = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private static readonly DtlsCertificate Theirs = DtlsCertificate.Create(DateTimeOffset.UtcNow);

    [Fact] // RFC 5764 sections 4.1.2 and 4.2
    public void Both_ends_get_the_same_keys_crosswise_once_each()
    {
        using var pair = new DtlsPair().Start().RunUntilEstablished();

        Assert.Equal((SrtpProfile.AesCm128HmacSha1_80, SrtpProfile.AesCm128HmacSha1_80), (pair.Client.Profile, pair.Server.Profile));
        Assert.True(pair.Client.Local!.IsSameAs(pair.Server.Remote!));
        Assert.True(pair.Client.Remote!.IsSameAs(pair.Server.Local!));
        Assert.False(pair.Client.Local.IsSameAs(pair.Client.Remote));
        Assert.Equal((1, 1), (pair.Client.Established, pair.Server.Established));
        Assert.Equal((long.MaxValue, long.MaxValue), (pair.Client.Endpoint.NextDue, pair.Server.Endpoint.NextDue));
    }

    [Fact]
    public void The_keys_open_what_the_other_end_protects()
    {
        using var pair = new DtlsPair().Start().RunUntilEstablished();
        using var sender = new SrtpSender(pair.Client.Local!);
        using var receiver = new SrtpReceiver(pair.Server.Remote!);
        var buffer = new byte[400];
        (buffer[0], buffer[11]) = (0x80, 1);
        var length = 172;

        Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtp(buffer, ref length));
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtp(buffer, ref length));
        Assert.Equal(172, length);
    }

    [Fact] // RFC 6347 section 4.1.1.1: no datagram is larger than the path takes
    public void No_datagram_is_larger_than_1200_octets()
    {
        using var pair = new DtlsPair().Start().RunUntilEstablished();

        Assert.InRange(Math.Max(pair.Client.Largest, pair.Server.Largest), 100, 1200);
        Assert.True(pair.Client.SentInAll + pair.Server.SentInAll >= 4); // more when the machine is slow: OpenSSL repeats by the clock
    }

    [Theory] // RFC 6347 section 4.2.4: whichever datagram is lost, timers bring it back
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    [InlineData(false, 1)] // the last flight of all: only reading makes OpenSSL repeat it
    public void A_lost_datagram_is_sent_again(bool clients, int lost)
    {
        using var pair = new DtlsPair { Path = (from, index, datagram) => (from.Endpoint.Role is DtlsRole.Client) == clients && index == lost ? [] : [datagram] };

        pair.Start().RunUntilEstablished();

        Assert.True(pair.Client.Local!.IsSameAs(pair.Server.Remote!));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    public void A_flight_that_is_lost_twice_is_sent_a_third_time(bool clients, int flight)
    {
        var lost = 0;
        using var pair = new DtlsPair
        {
            Path = (from, _, datagram) =>
            {
                // The first flights begin with a ClientHello and a ServerHello, which are handshake messages 1 and 2.
                var isFirst = datagram[0] == 22 && datagram[13] is 1 or 2;
                return (from.Endpoint.Role is DtlsRole.Client) == clients && isFirst == (flight == 0) && ++lost <= 2 ? [] : [datagram];
            },
        };

        pair.Start().RunUntilEstablished();

        Assert.True(lost > 2);
        Assert.True(pair.Client.Local!.IsSameAs(pair.Server.Remote!));
    }

    [Fact] // OpenSSL gives an object up at the thirteenth timeout: begun anew, it would meet a peer in the middle of the old handshake
    public void A_peer_that_is_silent_is_asked_by_the_same_handshake_until_its_time_is_over()
    {
        var (timeout, waited) = (0u, 0L);
        for (var i = 0; i < 13; i++)
        {
            timeout = DtlsSession.TimeoutAfter(timeout);
            waited += timeout;
        }

        Assert.InRange(waited / 1000, DtlsEndpoint.HandshakeLimit, long.MaxValue);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Random_loss_duplication_and_reordering_do_not_stop_the_handshake(int seed)
    {
        var random = new Random(seed);
        var late = new Dictionary<DtlsPeer, byte[]>();
        using var pair = new DtlsPair
        {
            Path = (from, _, datagram) =>
            {
                switch (random.Next(10))
                {
                    case < 2:
                        return [];
                    case < 4:
                        return [datagram, datagram];
                    case < 6 when late.Remove(from, out var held):
                        return [datagram, held];
                    case < 6:
                        late[from] = datagram;
                        return [];
                    default:
                        return [datagram];
                }
            },
        };

        pair.Start().RunUntilEstablished();

        Assert.True(pair.Client.Remote!.IsSameAs(pair.Server.Local!));
        Assert.Equal((1, 1), (pair.Client.Established, pair.Server.Established));
    }

    [Fact] // RFC 8122 section 6.2, R-32: no key, no media
    public void A_certificate_that_the_description_does_not_name_gives_no_keys()
    {
        using var pair = new DtlsPair
        {
            Client = new DtlsPeer(DtlsRole.Client, Ours, Theirs.Fingerprint),
            Server = new DtlsPeer(DtlsRole.Server, DtlsCertificate.Create(DateTimeOffset.UtcNow), Ours.Fingerprint),
        };

        pair.Start().RunUntil(() => pair.Client.Fault is not null);

        Assert.Equal((DtlsFault.FingerprintMismatch, 0), (pair.Client.Fault, pair.Client.Established));
        Assert.Equal(long.MaxValue, pair.Client.Endpoint.NextDue);
    }

    [Fact]
    public void A_server_holds_the_clients_certificate_against_its_description_too()
    {
        using var pair = new DtlsPair
        {
            Client = new DtlsPeer(DtlsRole.Client, DtlsCertificate.Create(DateTimeOffset.UtcNow), Theirs.Fingerprint),
            Server = new DtlsPeer(DtlsRole.Server, Theirs, Ours.Fingerprint),
        };

        pair.Start().RunUntil(() => pair.Server.Fault is not null);

        Assert.Equal((DtlsFault.FingerprintMismatch, 0), (pair.Server.Fault, pair.Server.Established));
    }

    [Fact] // R-30, RFC 8122 section 5
    public void Of_several_fingerprints_one_has_to_fit()
    {
        using var pair = new DtlsPair
        {
            Client = new DtlsPeer(DtlsRole.Client, Ours, Ours.Fingerprint, Theirs.Fingerprint),
            Server = new DtlsPeer(DtlsRole.Server, Theirs, Ours.Fingerprint),
        };

        pair.Start().RunUntilEstablished();
    }

    [Fact] // without a fingerprint there is nobody to trust
    public void Without_an_expected_fingerprint_there_are_no_keys()
    {
        using var pair = new DtlsPair
        {
            Client = new DtlsPeer(DtlsRole.Client, Ours),
            Server = new DtlsPeer(DtlsRole.Server, Theirs, Ours.Fingerprint),
        };

        pair.Start().RunUntil(() => pair.Client.Fault is not null);

        Assert.Equal(DtlsFault.FingerprintMismatch, pair.Client.Fault);
    }

    [Fact] // an SSL object dies of one fatal record (the class of CVE-2023-49786): another takes its place
    public void A_stray_fatal_record_before_the_handshake_does_no_harm()
    {
        using var pair = new DtlsPair();
        pair.Server.Endpoint.Start(0);
        pair.Server.Endpoint.OnDatagram(Convert.FromHexString("14fefd0000000000000000000101"), 0); // ChangeCipherSpec
        pair.Server.Endpoint.OnDatagram(Convert.FromHexString("15fefd000000000000000100020228"), 0); // fatal alert
        pair.Server.Sent.Clear();

        pair.Start().RunUntilEstablished();
    }

    [Fact]
    public void Stray_fatal_records_without_end_end_the_attempts()
    {
        using var server = new DtlsPeer(DtlsRole.Server, Ours, Theirs.Fingerprint);
        server.Endpoint.Start(0);
        var strays = 0;
        while (server.Fault is null && strays < 100)
        {
            strays++;
            server.Endpoint.OnDatagram(Convert.FromHexString("15fefd000000000000000100020228"), 0);
        }

        Assert.Equal((DtlsFault.HandshakeFailed, DtlsEndpoint.MostAttempts), (server.Fault, strays));
    }

    [Fact] // an empty datagram reads as end of file in OpenSSL
    public void An_empty_datagram_is_dropped()
    {
        using var pair = new DtlsPair { Path = (_, _, datagram) => [[], datagram, []] };

        pair.Start().RunUntilEstablished();
    }

    [Fact] // libwebrtc's ClientHello comes in two datagrams
    public void A_ClientHello_in_two_datagrams_is_put_together()
    {
        var split = 0;
        using var pair = new DtlsPair
        {
            Path = (from, index, datagram) =>
            {
                if (from.Endpoint.Role is DtlsRole.Server || index > 0)
                {
                    return [datagram];
                }

                split++;
                return DtlsRecords.Split(datagram);
            },
        };

        pair.Start().RunUntilEstablished();

        Assert.Equal(1, split);
    }

    [Fact]
    public void A_peer_that_never_answers_is_given_up_in_time()
    {
        using var client = new DtlsPeer(DtlsRole.Client, Ours, Theirs.Fingerprint);
        client.Endpoint.Start(1000);
        Assert.InRange(client.Endpoint.NextDue, 1001, 1060); // the first timer is 50 ms

        client.Endpoint.OnTimer(1000 + DtlsEndpoint.HandshakeLimit);

        Assert.Equal(DtlsFault.TimedOut, client.Fault);
    }

    [Fact]
    public void A_server_that_nobody_greets_is_given_up_in_time()
    {
        using var server = new DtlsPeer(DtlsRole.Server, Ours, Theirs.Fingerprint);
        server.Endpoint.Start(0);
        Assert.Equal(DtlsEndpoint.HandshakeLimit, server.Endpoint.NextDue);

        server.Endpoint.OnTimer(DtlsEndpoint.HandshakeLimit);

        Assert.Equal(DtlsFault.TimedOut, server.Fault);
    }

    [Fact] // RFC 5246 section 7.2.1
    public void A_goodbye_is_heard_at_the_other_end()
    {
        using var pair = new DtlsPair().Start().RunUntilEstablished();

        pair.Client.Endpoint.Close();
        pair.Drain();

        Assert.True(pair.Server.IsClosed);
        Assert.Null(pair.Server.Fault);
    }

    [Theory] // RFC 5246 section 7.2.1, from an end that has forgotten all but that
    [InlineData(true)]
    [InlineData(false)]
    public void A_settled_end_says_nothing_until_its_goodbye(bool client)
    {
        using var pair = new DtlsPair().Start().RunUntilEstablished();
        var (one, other) = client ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        var sent = one.SentInAll;

        one.Endpoint.Settle();
        one.Endpoint.OnDatagram(Convert.FromHexString("14fefd0000000000000009000101"), 0);
        Assert.Equal((sent, long.MaxValue), (one.SentInAll, one.Endpoint.NextDue));

        one.Endpoint.Close();
        pair.Drain();
        Assert.True(other.IsClosed);
        Assert.Equal(sent + 1, one.SentInAll);
    }

    [Fact]
    public void An_end_without_keys_does_not_settle()
    {
        using var pair = new DtlsPair();
        pair.Server.Endpoint.Start(0);
        pair.Server.Endpoint.Settle();

        pair.Start().RunUntilEstablished();
    }

    [Theory]
    [InlineData("14fefd0000000000000000000101")] // ChangeCipherSpec
    [InlineData("14fefd0000000000000009000101")]
    [InlineData("15fefd000000000000000900020228")] // a fatal alert in the clear
    [InlineData("15fefd0001000000000009000200280000000000000000")] // and one that is not encrypted by our keys
    [InlineData("17fefd0001000000000009000101")]
    [InlineData("17fefd0001000000000009000101140000000000000000000000000000000000000000000000000000000000")]
    [InlineData("16")]
    [InlineData("160000")]
    [InlineData("16fefd00000000000000090018010000000000000000000000000000000000000000000000000000")] // a ClientHello of sorts
    [InlineData("16feff00000000000000010018010000000000000000000000000000000000000000000000000000")]
    public void Strays_after_the_handshake_change_nothing(string stray)
    {
        using var pair = new DtlsPair().Start().RunUntilEstablished();
        pair.Client.Endpoint.OnDatagram(Convert.FromHexString(stray), 0);
        pair.Server.Endpoint.OnDatagram(Convert.FromHexString(stray), 0);

        pair.Server.Endpoint.Close();
        pair.Drain();
        Assert.True(pair.Client.IsClosed);
    }

    [Fact] // hostile input
    public void Garbage_neither_throws_nor_gives_keys() => Prop.ForAll<byte[], byte>((octets, type) =>
    {
        using var server = new DtlsPeer(DtlsRole.Server, Ours, Theirs.Fingerprint);
        using var client = new DtlsPeer(DtlsRole.Client, Ours, Theirs.Fingerprint);
        byte[] record = [(byte)(20 + (type % 4)), 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)octets.Length, .. octets];
        foreach (var peer in new[] { server, client })
        {
            peer.Endpoint.Start(0);
            peer.Endpoint.OnDatagram(octets, 1);
            peer.Endpoint.OnDatagram(record, 2);
        }

        return server.Established + client.Established == 0;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(200));

    [Fact] // what the sink throws is its owner's fault, and must not unwind through native frames
    public void What_the_output_throws_reaches_the_caller()
    {
        using var endpoint = new DtlsEndpoint(Ours, DtlsRole.Client, [Theirs.Fingerprint], new Thrower());

        Assert.Throws<InvalidTimeZoneException>(() => endpoint.Start(0));
    }

    [Fact]
    public void Nothing_happens_after_dispose()
    {
        var peer = new DtlsPeer(DtlsRole.Client, Ours, Theirs.Fingerprint);
        peer.Endpoint.Start(0);
        peer.Dispose();
        peer.Dispose();
        var sent = peer.SentInAll;

        peer.Endpoint.OnDatagram([22], 1);
        peer.Endpoint.OnTimer(long.MaxValue - 1);
        peer.Endpoint.Start(2);

        Assert.Equal((sent, null), (peer.SentInAll, peer.Fault));
    }

    private sealed class Thrower : IDtlsOutput
    {
        public void SendDtls(ReadOnlySpan<byte> datagram) => throw new InvalidTimeZoneException();

        public void OnEstablished(SrtpProfile profile, SrtpKeyMaterial local, SrtpKeyMaterial remote) => Assert.Fail("established");

        public void OnFailed(DtlsFault fault) => Assert.Fail("failed");

        public void OnClosed() => Assert.Fail("closed");
    }
}

internal static class DtlsPairs
{
    public static DtlsPair RunUntilEstablished(this DtlsPair pair) => pair.RunUntil(() => pair.BothEstablished).Drain();
}
