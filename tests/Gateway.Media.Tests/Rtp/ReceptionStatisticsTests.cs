using System.Buffers.Binary;
using Gateway.Media.Rtp;

namespace Gateway.Media.Tests.Rtp;

/// <summary>RFC 3550 section 6.4.1 and appendix A.</summary>
public sealed class ReceptionStatisticsTests
{
    private readonly ReceptionStatistics _reception = new();
    private readonly byte[] _block = new byte[24];

    [Fact]
    public void Loss_is_counted_over_the_wrap()
    {
        foreach (var sequence in new[] { 65_533, 65_534, 0, 1, 4 })
        {
            Add(sequence);
        }

        Assert.Equal(3, _reception.Lost);
        Write();
        Assert.Equal(65_536u + 4, BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(8)));
        Assert.Equal((3 << 8) / 8, _block[4]);
        Assert.Equal(3, _block[7]);
    }

    [Fact]
    public void Fraction_is_of_the_interval_alone()
    {
        Add(1);
        Add(3);
        Write();
        Add(4);
        Add(5);
        Write();

        Assert.Equal(0, _block[4]);
        Assert.Equal(1, _block[7]);
    }

    [Fact]
    public void Duplicates_are_not_a_gain()
    {
        Add(1);
        Add(1);
        Add(1);

        Assert.Equal(0, _reception.Lost);
    }

    [Fact]
    public void Sender_that_begins_anew_keeps_what_was_lost_before()
    {
        Add(1);
        Add(3);
        Add(40_000);
        Add(40_001);
        Add(40_002);

        Assert.Equal(1, _reception.Lost);
    }

    [Fact] // appendix A.8
    public void Jitter_follows_the_variation_of_the_way()
    {
        for (var i = 0; i < 500; i++)
        {
            Add(i, timestamp: (uint)i * 160, now: (i * 20) + (i % 2 * 10));
        }

        Assert.InRange(_reception.JitterMilliseconds, 9, 11);
        Write();
        Assert.InRange(BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(12)), 72u, 88u);
    }

    [Fact]
    public void Timestamps_may_wrap_without_jitter()
    {
        for (var i = 0; i < 100; i++)
        {
            Add(i, timestamp: unchecked(uint.MaxValue - 8000 + ((uint)i * 160)), now: i * 20);
        }

        Assert.Equal(0, _reception.JitterMilliseconds);
    }

    [Fact]
    public void Last_report_is_asked_back_with_its_age()
    {
        Add(1);
        _reception.Reported(0xABCD_1234, 1000);
        _reception.WriteBlock(_block, 1500);

        Assert.Equal(0xABCD_1234, BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(16)));
        Assert.Equal(32_768u, BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(20)));
    }

    private void Add(int sequence, uint timestamp = 0, long now = 0)
    {
        var packet = new byte[20];
        RtpHeader.Write(packet, false, 0, (ushort)sequence, timestamp, 77);
        Assert.True(RtpHeader.TryRead(packet, out var header));
        _reception.Add(header, now);
    }

    private void Write() => _reception.WriteBlock(_block, 0);
}
