using Gateway.Host.Running;
using Gateway.Mapping.Sessions;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Host.Tests.Running;

public sealed class DrainTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly VirtualTime _time = new();
    private readonly Owner _calls = new();
    private readonly Owner _chats = new();

    [Fact]
    public async Task Without_sessions_the_end_is_at_once()
    {
        _calls.Empty.SetResult();
        _chats.Empty.SetResult();

        await ADrain().RunAsync(CancellationToken.None);

        Assert.Equal(["drain"], _calls.Told);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task Running_sessions_end_by_themselves_within_the_patience()
    {
        var drain = ADrain();
        var running = drain.RunAsync(CancellationToken.None);
        Assert.True(drain.HasBegun);
        _time.Advance(Patience - TimeSpan.FromSeconds(1));
        _calls.Empty.SetResult();
        _chats.Empty.SetResult();
        await running;

        Assert.Equal(["drain"], _calls.Told);
        Assert.Equal(["drain"], _chats.Told);
    }

    [Fact]
    public async Task Sessions_that_are_left_after_the_patience_are_hung_up()
    {
        _chats.Empty.SetResult();
        var running = ADrain().RunAsync(CancellationToken.None);
        _time.Advance(Patience);
        await _calls.HungUp.Task;
        _calls.Empty.SetResult();
        await running;

        Assert.Equal(["drain", "hang up"], _calls.Told);
    }

    [Fact]
    public async Task Second_signal_hangs_up_before_the_patience_is_over()
    {
        using var second = new CancellationTokenSource();
        _chats.Empty.SetResult();
        var running = ADrain().RunAsync(second.Token);
        await second.CancelAsync();
        await _calls.HungUp.Task;
        _calls.Empty.SetResult();
        await running;

        Assert.Equal(["drain", "hang up"], _calls.Told);
    }

    [Fact]
    public async Task Session_that_never_ends_does_not_hold_up_the_process()
    {
        _chats.Empty.SetResult();
        var running = ADrain().RunAsync(CancellationToken.None);
        _time.Advance(Patience);
        await _calls.HungUp.Task;
        await _calls.AskedAgain.Task;
        _time.Advance(Drain.HangUpPatience);

        await running;
    }

    private Drain ADrain() => new([_calls, _chats], Patience, _time, NullLogger<Drain>.Instance);

    private sealed class Owner : IDrainable
    {
        private int _asked;

        public List<string> Told { get; } = [];

        public TaskCompletionSource Empty { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource HungUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource AskedAgain { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void BeginDrain() => Told.Add("drain");

        public void HangUpAll()
        {
            Told.Add("hang up");
            HungUp.SetResult();
        }

        public Task WhenEmptyAsync(CancellationToken cancellationToken)
        {
            if (++_asked == 2)
            {
                AskedAgain.SetResult();
            }

            return Empty.Task;
        }
    }
}
