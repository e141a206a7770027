using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Srtp;

namespace Gateway.Media.Tests.Srtp;

/// <summary>Our own counter mode beside libsrtp2's: the same packets, opened by either, refused by both.</summary>
public sealed class CounterModeSessionTests
{
    public static TheoryData<SrtpProfile> Profiles => [SrtpProfile.AesCm128HmacSha1_80, SrtpProfile.AesCm128HmacSha1_32];

    [Fact]
    public void Processors_of_the_tests_have_the_instructions() => Assert.True(CounterModeSession.IsSupported);

    [Theory, MemberData(nameof(Profiles))]
    public void Both_make_the_same_packets_and_open_each_others(SrtpProfile profile) => Prop.ForAll(
        Steps.ListOf().ToArbitrary(), steps =>
        {
            using var key = SrtpKeyMaterial.Create(profile);
            using var ours = new CounterModeSession(key, outbound: true);
            using var theirs = new LibSrtpSession(key, outbound: true);
            using var opensOurs = new LibSrtpSession(key, outbound: false);
            using var opensTheirs = new CounterModeSession(key, outbound: false);
            var at = (ushort)65_000;
            foreach (var (step, ssrc, length, rtcp) in steps)
            {
                at = (ushort)(at + step);
                var packet = rtcp ? Rtcp(ssrc, length) : Rtp(at, ssrc, length);
                var (mine, outcome) = Protect(ours, packet, rtcp);
                var (other, expected) = Protect(theirs, packet, rtcp);
                Assert.Equal(expected, outcome);
                if (outcome is SrtpOutcome.Ok)
                {
                    Assert.Equal(Convert.ToHexString(other), Convert.ToHexString(mine));
                    Assert.Equal((Convert.ToHexString(packet), SrtpOutcome.Ok), Open(opensOurs, mine, rtcp));
                    Assert.Equal((Convert.ToHexString(packet), SrtpOutcome.Ok), Open(opensTheirs, mine, rtcp));
                    Assert.Equal(SrtpOutcome.Replayed, Open(opensTheirs, mine, rtcp).Outcome);
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(200));

    [Theory, MemberData(nameof(Profiles))]
    public void Both_say_the_same_of_packets_that_are_late_lost_or_altered(SrtpProfile profile) => Prop.ForAll(
        Gen.Shuffle(Enumerable.Range(0, 300)).ToArbitrary(), Gen.Choose(0, 65_535).ToArbitrary(), (order, first) =>
        {
            using var key = SrtpKeyMaterial.Create(profile);
            using var sender = new LibSrtpSession(key, outbound: true);
            using var theirs = new LibSrtpSession(key, outbound: false);
            using var ours = new CounterModeSession(key, outbound: false);
            var sent = Enumerable.Range(0, 1500).Select(i => Protect(sender, Rtp((ushort)(first + i), 9, 20), false).Packet).ToArray();
            foreach (var i in order.Select((place, i) => (place * 5) % 1500 / (1 + (i % 3))))
            {
                var packet = (byte[])sent[i].Clone();
                packet[i % packet.Length] ^= (byte)(i % 7 == 0 && i % packet.Length > 11 ? 1 : 0);
                Assert.Equal(Open(theirs, packet, false).Outcome, Open(ours, packet, false).Outcome);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    private static Gen<(int Step, uint Ssrc, int Length, bool Rtcp)> Steps =>
        from step in Gen.Frequency((10, Gen.Constant(1)), (2, Gen.Choose(-40, 40)), (1, Gen.Choose(0, 20_000)))
        from ssrc in Gen.Elements(1u, 1u, 0xCAFE_BABEu)
        from length in Gen.Choose(0, 1300)
        from rtcp in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        select (step, ssrc, length, rtcp);

    private static byte[] Rtp(ushort sequence, uint ssrc, int payload)
    {
        var packet = new byte[12 + payload];
        Random.Shared.NextBytes(packet.AsSpan(12));
        packet[0] = 0x80;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        return packet;
    }

    private static byte[] Rtcp(uint ssrc, int octets)
    {
        var packet = new byte[8 + (octets / 4 * 4)];
        Random.Shared.NextBytes(packet.AsSpan(8));
        (packet[0], packet[1]) = (0x80, 200);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        return packet;
    }

    private static unsafe (byte[] Packet, SrtpOutcome Outcome) Protect(SrtpSession session, byte[] packet, bool rtcp)
    {
        var buffer = new byte[packet.Length + SrtpProfiles.MostAdded];
        packet.CopyTo(buffer, 0);
        var length = packet.Length;
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(rtcp ? 4 : 8));
        fixed (byte* octets = buffer)
        {
            var outcome = rtcp ? session.ProtectRtcp(octets, ref length, ssrc) : session.ProtectRtp(octets, ref length, ssrc);
            return (buffer[..length], outcome);
        }
    }

    private static unsafe (string Packet, SrtpOutcome Outcome) Open(SrtpSession session, byte[] packet, bool rtcp)
    {
        var buffer = (byte[])packet.Clone();
        var length = packet.Length;
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(rtcp ? 4 : 8));
        fixed (byte* octets = buffer)
        {
            var outcome = rtcp ? session.UnprotectRtcp(octets, ref length, ssrc) : session.UnprotectRtp(octets, ref length, ssrc);
            return (Convert.ToHexString(buffer[..length]), outcome);
        }
    }
}
