using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Gateway.Media.Io;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Io;

/// <summary>Several threads and many loops: whoever is free takes what comes, and a loop has one turn at a time.</summary>
public sealed class MediaThreadsTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Threads = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MediaLoops _loops = new(new MediaIoOptions { Loops = Threads }, TimeProvider.System, NullLogger<MediaLoops>.Instance);
    private readonly List<IMediaSocket> _idle = [];

    /// <summary>As many sockets as three threads are wanted for.</summary>
    public async Task InitializeAsync()
    {
        var loop = _loops.Next();
        await loop.InTurnAsync(() =>
        {
            while (MediaLoops.Wanted(_idle.Count) < Threads)
            {
                Assert.True(loop.TryBind(Any, new Handler((_, _, _, _) => { }), out var socket));
                _idle.Add(socket);
            }

            return true;
        });
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _loops.DisposeAsync();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 99)]
    [InlineData(2, 100)]
    [InlineData(5, 400)]
    public void Threads_are_as_many_as_there_is_work_for(int threads, int sockets) => Assert.Equal(threads, MediaLoops.Wanted(sockets));

    [Fact]
    public async Task Call_that_takes_long_keeps_no_other_waiting()
    {
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        var met = new ConcurrentQueue<bool>();
        var one = await BindAsync(_loops.Next(), (_, _, _, _) =>
        {
            first.Set();
            met.Enqueue(second.Wait(Patience));
        });
        var other = await BindAsync(_loops.Next(), (_, _, _, _) =>
        {
            second.Set();
            met.Enqueue(first.Wait(Patience));
        });
        using var peer = Peer();

        peer.SendTo([1], one.Local.ToEndPoint());
        await UntilAsync(() => first.IsSet); // what comes together is taken together, by one thread
        peer.SendTo([1], other.Local.ToEndPoint());

        await UntilAsync(() => met.Count == 2);
        Assert.DoesNotContain(false, met);
    }

    [Fact]
    public async Task What_comes_for_a_loop_whose_turn_is_taken_waits_for_its_end_and_is_not_lost()
    {
        using var held = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var loop = _loops.Next();
        var came = new ConcurrentQueue<string>();
        var socket = await BindAsync(loop, (_, buffer, _, _) => came.Enqueue($"datagram {buffer[0]}"));
        var timer = loop.CreateTimer(_ => came.Enqueue("timer"));
        loop.Post(() =>
        {
            timer.Start(loop.Now + 1);
            held.Set();
            go.Wait(Patience);
            came.Enqueue("turn");
        });
        Assert.True(held.Wait(Patience));
        using var peer = Peer();
        peer.SendTo([1], socket.Local.ToEndPoint());
        peer.SendTo([2], socket.Local.ToEndPoint());
        loop.Post(() => came.Enqueue("post"));
        await _loops.Next().InTurnAsync(() => true);

        Assert.Empty(came);
        go.Set();

        await UntilAsync(() => came.Count == 5);
        Assert.Equal("turn", came.First());
        Assert.Equal(["datagram 1", "datagram 2"], came.Where(one => one.StartsWith("datagram", StringComparison.Ordinal)));
        Assert.Contains("timer", came);
        Assert.Contains("post", came);
    }

    /// <summary>A timer is due while its loop is busy: it is out of the heap, and its turn is still to come.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Timer_that_is_stopped_before_its_turn_does_not_fire_and_one_that_is_started_anew_fires_once(bool anew)
    {
        var loop = _loops.Next();
        var other = _loops.Next();
        var fired = new ConcurrentQueue<long>();
        var timer = loop.CreateTimer(fired.Enqueue);
        var again = 0L;
        var later = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await loop.InTurnAsync(() =>
        {
            timer.Start(loop.Now + 1);

            // Timers are taken in the order of their times: when this has fired, ours has been taken.
            using var taken = new ManualResetEventSlim();
            var due = loop.Now + 2;
            other.Post(() => other.CreateTimer(_ => taken.Set()).Start(due));
            Assert.True(taken.Wait(Patience));
            timer.Stop();
            if (anew)
            {
                timer.Start(again = loop.Now + 50);
            }

            loop.CreateTimer(_ => later.SetResult()).Start(loop.Now + 60);
            return true;
        });

        await later.Task.WaitAsync(Patience);
        if (anew)
        {
            Assert.True(Assert.Single(fired) >= again);
        }
        else
        {
            Assert.Empty(fired);
        }
    }

    [Fact]
    public async Task Turns_of_a_loop_never_overlap_and_its_time_never_runs_backwards_whoever_brings_what()
    {
        const int Loops = 20;
        const int Each = 400;
        var calls = Enumerable.Range(0, Loops).Select(_ => new Busy(_loops.Next())).ToArray();
        await Task.WhenAll(calls.Select(call => call.Loop.InTurnAsync(call.Open)));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            using var peer = Peer();
            for (var i = 0; i < Each; i++)
            {
                foreach (var call in calls)
                {
                    peer.SendTo([(byte)sender], call.Sockets[i % 2].Local.ToEndPoint());
                    call.Loop.Post(call.Enter);
                }

                if (i % 50 == 0)
                {
                    await Task.Delay(1); // what does not fit a socket's buffer is lost
                }
            }
        })));

        await UntilAsync(() => calls.All(call => call.Entered >= 4 * Each));
        Assert.All(calls, call => Assert.Equal("", call.Fault));
        Assert.All(calls, call => Assert.True(call.Fired > 0));
        Assert.Equal(0, _loops.Faults);
    }

    [Fact]
    public async Task Sockets_opened_and_closed_by_many_loops_at_once_are_all_heard()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var loop = _loops.Next();
            using var peer = Peer();
            for (var i = 0; i < 100; i++)
            {
                var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var socket = await BindAsync(loop, (socket, _, _, _) =>
                {
                    socket.Close();
                    heard.SetResult();
                });
                peer.SendTo([1], socket.Local.ToEndPoint());
                await heard.Task.WaitAsync(Patience);
            }
        })));
    }

    private static PeerAddress Any => PeerAddress.FromAddress(IPAddress.Loopback, 0);

    private static Socket Peer()
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return peer;
    }

    private static async Task UntilAsync(Func<bool> what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!what())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static Task<IMediaSocket> BindAsync(IMediaLoop loop, HandleDatagram handle) => loop.InTurnAsync(() =>
    {
        Assert.True(loop.TryBind(Any, new Handler(handle), out var socket));
        return socket;
    });

    private delegate void HandleDatagram(IMediaSocket socket, Span<byte> buffer, int length, long now);

    private sealed class Handler(HandleDatagram handle) : IDatagramHandler
    {
        public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now) =>
            handle(socket, buffer, length, now);
    }

    /// <summary>A call with two sockets and a timer that runs all the time; everything of it looks whether it is alone.</summary>
    private sealed class Busy(IMediaLoop loop) : IDatagramHandler
    {
        private int _inside;
        private long _last;

        public IMediaLoop Loop => loop;

        public List<IMediaSocket> Sockets { get; } = [];

        public int Entered { get; private set; }

        public int Fired { get; private set; }

        public string Fault { get; private set; } = "";

        public bool Open()
        {
            for (var i = 0; i < 2; i++)
            {
                Assert.True(loop.TryBind(Any, this, out var socket));
                Sockets.Add(socket);
            }

            IMediaTimer timer = null!;
            timer = loop.CreateTimer(now =>
            {
                Fired++;
                Look();
                timer.Start(now + 1);
            });
            timer.Start(loop.Now);
            return true;
        }

        public void Enter()
        {
            Entered++;
            Look();
        }

        public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now) => Look();

        private void Look()
        {
            if (Interlocked.Increment(ref _inside) != 1)
            {
                Fault = "two at once";
            }

            if (loop.Now < _last)
            {
                Fault = $"{loop.Now} after {_last}";
            }

            _last = loop.Now;
            Interlocked.Decrement(ref _inside);
        }
    }
}
