using Gateway.Media.Io;

namespace Gateway.Media.Tests.Io;

public sealed class MediaLoopsTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 99, 0)]
    [InlineData(1, 100, 0)]
    [InlineData(0, 12, 900)] // the others' calls have ended: they are not missed
    [InlineData(1, 101, 100)]
    [InlineData(0, 500, 500)]
    public void Call_goes_to_the_first_thread_with_room_and_then_to_the_one_with_the_least(int chosen, params int[] sockets) =>
        Assert.Equal(chosen, MediaLoops.Choose(sockets));
}
