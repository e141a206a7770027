using Gateway.Media.Rtp;

namespace Gateway.Media.Tests.Rtp;

/// <summary>RFC 4733, R-40, R-41.</summary>
public sealed class DigitEventsTests
{
    private readonly DigitEvents _events = new();

    [Fact] // section 2.5.1.4: the end comes three times
    public void Key_is_told_once_at_its_release()
    {
        Assert.Null(Take(1000, "050A00A0"));
        Assert.Null(Take(1000, "050A0140"));
        Assert.Equal(('5', 480u), Take(1000, "058A01E0"));
        Assert.Null(Take(1000, "058A01E0"));
        Assert.Equal(('#', 160u), Take(9000, "0B8A00A0"));
    }

    [Fact] // section 2.5.1.3
    public void Long_press_in_segments_is_one_key()
    {
        Assert.Null(Take(0, "010AFFFF"));
        Assert.Null(Take(0xFFFF, "010A0100"));
        Assert.Equal(('1', 0xFFFFu + 0x0200), Take(0xFFFF, "018A0200"));
        Assert.Equal(7000u + (0xFFFF / 6), _events.OutgoingTimestamp(7000, 48000, 8000));
    }

    [Theory]
    [InlineData("")]
    [InlineData("058A01")]
    [InlineData("208A0100")] // event 32: not a key
    public void What_is_no_key_is_not_told(string payload) => Assert.Null(Take(1, payload));

    [Theory]
    [InlineData(48000, 8000, 4800, 800)]
    [InlineData(8000, 48000, 800, 4800)]
    [InlineData(8000, 48000, 60_000, 65_535)]
    [InlineData(8000, 8000, 160, 160)]
    public void Duration_is_converted(int from, int to, ushort duration, ushort expected)
    {
        byte[] payload = [5, 10, (byte)(duration >> 8), (byte)duration];

        DigitEvents.Convert(payload, from, to);

        Assert.Equal([5, 10, (byte)(expected >> 8), (byte)expected], payload);
    }

    [Fact] // section 2.5.1.4: three packets are lost now and then
    public void Key_whose_end_was_lost_is_told_when_the_next_begins_or_the_voice_is_back()
    {
        Assert.Null(Take(1000, "010A0140"));
        Assert.Equal(('1', 0x140u), Take(9000, "020A00A0"));
        Assert.Null(Take(9000, "020A0140", now: 40));

        Assert.False(_events.TryMissEnd(200, out _, out _));
        Assert.True(_events.TryMissEnd(300, out var key, out var duration));
        Assert.Equal(('2', 0x140u), (key, duration));
        Assert.False(_events.TryMissEnd(900, out _, out _));
        Assert.Null(Take(9000, "028A01E0", now: 910));
    }

    [Fact]
    public void End_that_comes_after_the_next_key_began_is_not_a_key_of_its_own()
    {
        Assert.Equal(('1', 160u), Take(1000, "018A00A0"));
        Assert.Null(Take(9000, "020A00A0"));
        Assert.Null(Take(1000, "018A00A0"));
        Assert.True(_events.IsLate);
        Assert.Equal(('2', 320u), Take(9000, "028A0140"));
        Assert.False(_events.IsLate);
    }

    [Fact] // RFC 5244: a flash of the hook, and others
    public void Event_that_is_no_key_has_a_time_of_its_own()
    {
        Take(1000, "018A00A0");
        Assert.Equal(7000u, _events.OutgoingTimestamp(7000, 8000, 48000));
        Assert.Null(Take(9000, "108A00A0"));
        Assert.Equal(55_000u, _events.OutgoingTimestamp(55_000, 8000, 48000));
    }

    private (char Key, uint Duration)? Take(uint timestamp, string payload, long now = 0) =>
        _events.TryEnd(timestamp, Convert.FromHexString(payload), now, out var key, out var duration) ? (key, duration) : null;
}
