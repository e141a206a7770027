using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Srtp;

namespace Gateway.Media.Tests.Srtp;

public sealed class SrtpTests
{
    private static readonly byte[] KeyAndSalt =
        Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6");

    public static TheoryData<SrtpProfile> Profiles => [.. Enum.GetValues<SrtpProfile>()];

    [Theory, MemberData(nameof(Profiles))] // RFC 3711 section 4, RFC 7714 sections 8 and 11
    public void Protected_rtp_is_what_the_texts_say(SrtpProfile profile)
    {
        var (key, salt) = Split(profile);
        var packet = Rtp(sequence: 0x1234, ssrc: 0xcafebabe, payload: 160, extended: true);
        using var sender = new SrtpSender(Key(profile));

        var sent = Protect(sender, packet);

        Assert.Equal(
            Convert.ToHexString(ReferenceSrtp.ProtectRtp(
                key, salt, packet, 20, profile is SrtpProfile.AeadAes128Gcm, profile is SrtpProfile.AesCm128HmacSha1_32 ? 4 : 10)),
            Convert.ToHexString(sent));
    }

    [Theory, MemberData(nameof(Profiles))] // RFC 3711 section 3.4: the index begins at 1 in the library; 80-bit tags in RFC 4568 section 6.2.2
    public void Protected_rtcp_is_what_the_texts_say(SrtpProfile profile)
    {
        var (key, salt) = Split(profile);
        var packet = Rtcp(ssrc: 0xcafebabe, octets: 28);
        using var sender = new SrtpSender(Key(profile));
        var buffer = new byte[packet.Length + SrtpProfiles.MostAdded];
        packet.CopyTo(buffer, 0);
        var length = packet.Length;

        Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtcp(buffer, ref length));

        Assert.Equal(
            Convert.ToHexString(ReferenceSrtp.ProtectRtcp(key, salt, packet, 1, profile is SrtpProfile.AeadAes128Gcm)),
            Convert.ToHexString(buffer[..length]));
    }

    [Theory, MemberData(nameof(Profiles))]
    public void What_one_end_protects_the_other_opens(SrtpProfile profile)
    {
        using var sender = new SrtpSender(Key(profile));
        using var receiver = new SrtpReceiver(Key(profile));
        for (ushort sequence = 65500; sequence != 100; sequence++) // RFC 3711 section 3.3.1: across the roll-over
        {
            var packet = Rtp(sequence, 1, sequence % 200);
            Assert.Equal((SrtpOutcome.Ok, Convert.ToHexString(packet)), Open(receiver, Protect(sender, packet)));
        }

        Assert.Equal(136, receiver.Count(SrtpOutcome.Ok));
    }

    [Fact] // RFC 3711 section 3.3.2
    public void A_packet_is_opened_once()
    {
        using var sender = new SrtpSender(Key(SrtpProfile.AeadAes128Gcm));
        using var receiver = new SrtpReceiver(Key(SrtpProfile.AeadAes128Gcm));
        var sent = Protect(sender, Rtp(1, 1, 20));

        Assert.Equal(SrtpOutcome.Ok, Open(receiver, sent).Outcome);
        Assert.Equal(SrtpOutcome.Replayed, Open(receiver, sent).Outcome);
        Assert.Equal(1, receiver.Count(SrtpOutcome.Replayed));
    }

    [Fact] // RFC 3711 section 3.3.2
    public void Late_packets_are_opened_within_the_window_and_refused_behind_it()
    {
        using var sender = new SrtpSender(Key(SrtpProfile.AesCm128HmacSha1_80));
        using var receiver = new SrtpReceiver(Key(SrtpProfile.AesCm128HmacSha1_80));
        var sent = Enumerable.Range(1, 1200).Select(i => Protect(sender, Rtp((ushort)i, 1, 20))).ToArray();

        Assert.Equal(SrtpOutcome.Ok, Open(receiver, sent[1199]).Outcome);
        Assert.Equal(SrtpOutcome.Ok, Open(receiver, sent[300]).Outcome);
        Assert.Equal(SrtpOutcome.TooOld, Open(receiver, sent[0]).Outcome);
    }

    [Theory, MemberData(nameof(Profiles))] // RFC 3711 section 9.5: nothing that was altered gets through
    public void An_altered_packet_fails_and_the_true_one_is_opened_after_it(SrtpProfile profile)
    {
        using var sender = new SrtpSender(Key(profile));
        using var receiver = new SrtpReceiver(Key(profile));
        var sent = Protect(sender, Rtp(7, 1, 40));
        foreach (var at in new[] { 4, 12, 30, sent.Length - 1 })
        {
            var altered = (byte[])sent.Clone();
            altered[at] ^= 1;
            Assert.Equal(SrtpOutcome.AuthenticationFailed, Open(receiver, altered).Outcome);
        }

        Assert.Equal(SrtpOutcome.Ok, Open(receiver, sent).Outcome);
        Assert.Equal(4, receiver.Count(SrtpOutcome.AuthenticationFailed));
    }

    [Theory, MemberData(nameof(Profiles))]
    public void Packets_cut_short_never_open(SrtpProfile profile)
    {
        using var sender = new SrtpSender(Key(profile));
        using var receiver = new SrtpReceiver(Key(profile));
        var sent = Protect(sender, Rtp(7, 1, 40, extended: true));
        for (var length = 0; length < sent.Length; length++)
        {
            Assert.NotEqual(SrtpOutcome.Ok, Open(receiver, sent[..length]).Outcome);
        }
    }

    [Theory, MemberData(nameof(Profiles))]
    public void Rtcp_goes_both_ways_and_is_opened_once(SrtpProfile profile)
    {
        using var sender = new SrtpSender(Key(profile));
        using var receiver = new SrtpReceiver(Key(profile));
        var packet = Rtcp(5, 28);
        var buffer = new byte[packet.Length + SrtpProfiles.MostAdded];
        packet.CopyTo(buffer, 0);
        var length = packet.Length;
        Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtcp(buffer, ref length));
        var sent = buffer[..length];

        var opened = (byte[])sent.Clone();
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(opened, ref length));
        Assert.Equal(packet, opened[..length]);
        length = sent.Length;
        Assert.Equal(SrtpOutcome.Replayed, receiver.UnprotectRtcp((byte[])sent.Clone(), ref length));
        for (length = 0; length < sent.Length;)
        {
            var cut = length;
            Assert.NotEqual(SrtpOutcome.Ok, receiver.UnprotectRtcp((byte[])sent.Clone(), ref cut));
            length++;
        }
    }

    [Fact] // RFC 4568 section 6.1, RFC 3711 section 9.2
    public void A_key_protects_no_more_packets_than_it_may()
    {
        using var sender = new SrtpSender(Key(SrtpProfile.AesCm128HmacSha1_80), lifetime: 3);
        for (ushort i = 0; i < 3; i++)
        {
            _ = Protect(sender, Rtp(i, 1, 20));
        }

        var length = 32;
        Assert.Equal(SrtpOutcome.KeyExpired, sender.ProtectRtp(Rtp(4, 1, 20 + SrtpProfiles.MostAdded), ref length));
        Assert.Equal(0UL, sender.PacketsLeft);
    }

    [Fact]
    public void A_buffer_without_room_is_refused_before_anything_is_written()
    {
        using var sender = new SrtpSender(Key(SrtpProfile.AesCm128HmacSha1_80));
        var packet = Rtp(1, 1, 20);
        var before = Convert.ToHexString(packet);
        var length = packet.Length;

        Assert.Equal(SrtpOutcome.Failed, sender.ProtectRtp(packet, ref length));
        Assert.Equal(before, Convert.ToHexString(packet));
    }

    [Fact] // memory stays bounded however many SSRCs an authenticated peer invents
    public void The_source_in_use_survives_a_flood_of_other_sources()
    {
        using var sender = new SrtpSender(Key(SrtpProfile.AeadAes128Gcm));
        using var receiver = new SrtpReceiver(Key(SrtpProfile.AeadAes128Gcm));
        var first = Protect(sender, Rtp(1, 77, 20));
        Assert.Equal(SrtpOutcome.Ok, Open(receiver, first).Outcome);
        for (uint ssrc = 1000; ssrc < 1500; ssrc++)
        {
            using var another = new SrtpSender(Key(SrtpProfile.AeadAes128Gcm));
            Assert.Equal(SrtpOutcome.Ok, Open(receiver, Protect(another, Rtp(1, ssrc, 20))).Outcome);
            Assert.Equal(SrtpOutcome.Ok, Open(receiver, Protect(sender, Rtp((ushort)(ssrc - 900), 77, 20))).Outcome);
        }

        Assert.Equal(SrtpOutcome.Replayed, Open(receiver, first).Outcome); // its window is still the same
    }

    [Fact] // RFC 3711 section 9.1: a source once forgotten would use its key stream again
    public void A_sender_takes_no_source_beyond_its_last_and_keeps_those_it_has()
    {
        using var sender = new SrtpSender(Key(SrtpProfile.AesCm128HmacSha1_80));
        for (uint ssrc = 0; ssrc < 32; ssrc++)
        {
            _ = Protect(sender, Rtp(1, ssrc, 20));
        }

        var length = 32;
        Assert.Equal(SrtpOutcome.Failed, sender.ProtectRtp(Rtp(1, 32, 20 + SrtpProfiles.MostAdded), ref length));
        _ = Protect(sender, Rtp(2, 0, 20));
    }

    [Fact] // hostile input: neither crash nor success
    public void Garbage_never_opens()
    {
        using var receiver = new SrtpReceiver(Key(SrtpProfile.AeadAes128Gcm));
        using var other = new SrtpReceiver(Key(SrtpProfile.AesCm128HmacSha1_80));
        Prop.ForAll<byte[]>(octets =>
        {
            if (octets.Length > 1)
            {
                octets[0] = (byte)((octets[0] & 0x3f) | 0x80); // far enough to reach the library
            }

            foreach (var one in new[] { receiver, other })
            {
                var length = octets.Length;
                if (one.UnprotectRtp((byte[])octets.Clone(), ref length) is SrtpOutcome.Ok
                    || one.UnprotectRtcp((byte[])octets.Clone(), ref length) is SrtpOutcome.Ok)
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(300));
    }

    [Fact] // the packet path allocates nothing
    public void Packets_are_protected_and_opened_without_garbage()
    {
        using var sender = new SrtpSender(Key(SrtpProfile.AesCm128HmacSha1_80));
        using var receiver = new SrtpReceiver(Key(SrtpProfile.AesCm128HmacSha1_80));
        var buffer = new byte[400];
        Rtp(0, 9, 160).CopyTo(buffer, 0);
        var before = 0L;
        for (ushort sequence = 0; sequence < 2000; sequence++)
        {
            before = sequence == 1000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(2), sequence);
            var length = 172;
            _ = sender.ProtectRtp(buffer, ref length);
            _ = receiver.UnprotectRtp(buffer, ref length);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2000, receiver.Count(SrtpOutcome.Ok));
    }

    [Fact]
    public void A_key_prints_without_its_octets() =>
        Assert.Equal("key for AeadAes128Gcm", SrtpKeyMaterial.Create(SrtpProfile.AeadAes128Gcm).ToString());

    private static SrtpKeyMaterial Key(SrtpProfile profile) => new(profile, KeyAndSalt.AsSpan(0, SrtpKeyMaterial.Length(profile)));

    private static (byte[] Key, byte[] Salt) Split(SrtpProfile profile) =>
        (KeyAndSalt[..16], KeyAndSalt[16..SrtpKeyMaterial.Length(profile)]);

    private static byte[] Protect(SrtpSender sender, byte[] packet)
    {
        var buffer = new byte[packet.Length + SrtpProfiles.MostAdded];
        packet.CopyTo(buffer, 0);
        var length = packet.Length;
        Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtp(buffer, ref length));
        return buffer[..length];
    }

    private static (SrtpOutcome Outcome, string Packet) Open(SrtpReceiver receiver, byte[] datagram)
    {
        var buffer = (byte[])datagram.Clone();
        var length = buffer.Length;
        var outcome = receiver.UnprotectRtp(buffer, ref length);
        return (outcome, Convert.ToHexString(buffer[..length]));
    }

    private static byte[] Rtp(ushort sequence, uint ssrc, int payload, bool extended = false)
    {
        var header = extended ? 20 : 12;
        var packet = new byte[header + payload];
        packet[0] = (byte)(extended ? 0x90 : 0x80);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        if (extended)
        {
            Convert.FromHexString("BEDE000110FF0000").CopyTo(packet, 12);
        }

        packet.AsSpan(header).Fill(0xab);
        return packet;
    }

    private static byte[] Rtcp(uint ssrc, int octets)
    {
        var packet = new byte[octets];
        packet.AsSpan().Fill(0xab);
        (packet[0], packet[1], packet[2], packet[3]) = (0x80, 200, 0, (byte)((octets / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        return packet;
    }
}
