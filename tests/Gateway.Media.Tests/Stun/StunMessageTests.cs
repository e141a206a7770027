using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Tests.Stun;

public sealed class StunMessageTests
{
    private static readonly byte[] Key = "a password of sorts....."u8.ToArray();
    private static readonly byte[] Transaction = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    private delegate void Write(ref StunWriter writer);

    [Fact]
    public void What_is_written_is_what_is_read()
    {
        var messages =
            from username in Gen.ArrayOf(Gen.Choose(32, 126))
            from priority in Gen.Choose(0, int.MaxValue)
            from controlling in Gen.Elements(true, false)
            from tieBreaker in Gen.Choose(0, int.MaxValue)
            from useCandidate in Gen.Elements(true, false)
            from octets in Gen.Elements(4, 16).SelectMany(length => Gen.ArrayOf(Gen.Choose(0, 255), length))
            from port in Gen.Choose(0, 65535)
            from code in Gen.Choose(300, 699)
            select (username, priority, controlling, tieBreaker, useCandidate, octets, port, code);

        Prop.ForAll(messages.ToArbitrary(), m =>
        {
            var username = m.username.Select(c => (byte)c).Take(200).ToArray();
            var address = PeerAddress.FromBytes(m.octets.Select(o => (byte)o).ToArray(), m.port);
            var written = Written(StunClass.Error, (ref StunWriter writer) =>
            {
                writer.Octets(StunAttribute.Username, username);
                writer.Number(StunAttribute.Priority, (uint)m.priority);
                writer.Number(m.controlling ? StunAttribute.IceControlling : StunAttribute.IceControlled, (ulong)m.tieBreaker << 20);
                if (m.useCandidate)
                {
                    writer.Flag(StunAttribute.UseCandidate);
                }

                writer.XorMappedAddress(address);
                writer.ErrorCode(m.code, "phrase"u8);
                writer.Number(StunAttribute.Nomination, 7u);
            });

            return StunMessage.TryRead(written, out var read)
                && read.Class == StunClass.Error && read.Method == StunFormat.Binding
                && read.TransactionId.SequenceEqual(Transaction)
                && read.Username.SequenceEqual(username)
                && read.HasPriority && read.Priority == (uint)m.priority
                && (read.IsControlling, read.IsControlled) == (m.controlling, !m.controlling)
                && read.TieBreaker == (ulong)m.tieBreaker << 20
                && read.UseCandidate == m.useCandidate
                && read.HasMappedAddress && read.MappedAddress == address
                && read.ErrorCode == m.code && read.Nomination == 7
                && read.HasFingerprint && read.IsSignedWith(Key) && read.UnknownRequired.IsEmpty;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Random_octets_never_throw()
    {
        var random = new System.Random(42);
        for (var i = 0; i < 20_000; i++)
        {
            var octets = new byte[random.Next(0, 200)];
            random.NextBytes(octets);
            _ = StunMessage.TryRead(octets, out _);
        }
    }

    [Fact]
    public void Messages_with_mangled_attributes_never_throw()
    {
        var random = new System.Random(43);
        var valid = ARequest();
        for (var i = 0; i < 50_000; i++)
        {
            // Kept: cookie and total length, so that the attributes are walked; the sum at the end is left out.
            var mangled = valid[..^8];
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                mangled[random.Next(20, mangled.Length)] = (byte)random.Next(256);
            }

            mangled[3] = (byte)(mangled.Length - 20);
            if (StunMessage.TryRead(mangled, out var message))
            {
                _ = message.IsSignedWith(Key);
                _ = message.MappedAddress.ToString();
            }
        }
    }

    [Fact]
    public void Reading_and_verifying_allocates_nothing()
    {
        var request = ARequest();
        Assert.True(ReadAll(request, 100)); // everything is compiled and cached now

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(ReadAll(request, 1000));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 999);
    }

    [Theory] // RFC 8489 sections 5 and 14
    [InlineData("cut short", 0, 19)]
    [InlineData("longer than its length says", 0, 500)]
    public void Length_that_differs_from_the_datagram_is_refused(string why, int from, int to)
    {
        var request = ARequest();
        var datagram = new byte[to];
        request.AsSpan(from, Math.Min(to, request.Length)).CopyTo(datagram);

        Assert.False(StunMessage.TryRead(datagram, out _), why);
    }

    [Fact]
    public void Oversized_message_is_refused_before_it_is_looked_at()
    {
        var large = new byte[StunFormat.MaxLength + 4];
        ARequest().AsSpan(0, 20).CopyTo(large);
        large[2] = (byte)((large.Length - 20) >> 8);
        large[3] = (byte)(large.Length - 20);

        Assert.False(StunMessage.TryRead(large, out _));
    }

    [Fact]
    public void Message_with_more_attributes_than_any_has_is_refused()
    {
        Assert.True(StunMessage.TryRead(Flags(30), out _));
        Assert.False(StunMessage.TryRead(Flags(33), out _));

        static byte[] Flags(int count) => Written(StunClass.Request, (ref StunWriter writer) =>
        {
            for (var i = 0; i < count; i++)
            {
                writer.Flag((StunAttribute)0x8100);
            }
        });
    }

    [Fact] // RFC 8489 section 6.3.1: below 0x8000 an attribute must be understood
    public void Unknown_attributes_are_named_when_they_must_be_understood()
    {
        var written = Written(StunClass.Request, (ref StunWriter writer) =>
        {
            writer.Number((StunAttribute)0x7001, 1u);
            writer.Number((StunAttribute)0xC057, 1u);
            writer.Number((StunAttribute)0x7002, 1u);
        });

        Assert.True(StunMessage.TryRead(written, out var message));
        Assert.Equal<ushort>([0x7001, 0x7002], message.UnknownRequired.ToArray());
    }

    [Fact] // RFC 8489 section 14.5: nothing after MESSAGE-INTEGRITY counts, for nobody signed it
    public void Attributes_behind_the_integrity_are_ignored()
    {
        var signed = Written(StunClass.Request, (ref StunWriter writer) => writer.Number(StunAttribute.Priority, 5u))[..^8];
        byte[] extended = [.. signed, 0, 0x25, 0, 0];
        extended[3] = (byte)(extended.Length - 20);

        Assert.True(StunMessage.TryRead(extended, out var message));
        Assert.False(message.UseCandidate);
        Assert.True(message.IsSignedWith(Key));
    }

    [Fact] // RFC 8489 section 14.7
    public void Fingerprint_that_is_not_the_last_attribute_is_refused()
    {
        byte[] extended = [.. ARequest(), 0, 0x25, 0, 0];
        extended[3] = (byte)(extended.Length - 20);

        Assert.False(StunMessage.TryRead(extended, out _));
    }

    private static bool ReadAll(byte[] request, int times)
    {
        var all = true;
        for (var i = 0; i < times; i++)
        {
            all &= StunMessage.TryRead(request, out var message) && message.IsSignedWith(Key);
        }

        return all;
    }

    private static byte[] ARequest() => Written(StunClass.Request, (ref StunWriter writer) =>
    {
        writer.Username("abcdefgh"u8, "ijklmnop"u8);
        writer.Number(StunAttribute.Priority, 1_845_501_695u);
        writer.Number(StunAttribute.IceControlling, 12345ul);
        writer.Flag(StunAttribute.UseCandidate);
        writer.XorMappedAddress(PeerAddress.FromBytes([192, 0, 2, 1], 5000));
    });

    private static byte[] Written(StunClass @class, Write write)
    {
        var writer = new StunWriter(new byte[StunFormat.MaxLength], @class, StunFormat.Binding, Transaction);
        write(ref writer);
        return writer.Signed(Key).ToArray();
    }
}
