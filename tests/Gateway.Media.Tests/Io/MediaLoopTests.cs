using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Gateway.Media.Io;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Io;

/// <summary>Real sockets of the loopback address, on both kinds of loop.</summary>
public sealed class EpollLoopTests() : MediaLoopContract(portable: false);

/// <inheritdoc cref="EpollLoopTests"/>
public sealed class PortableLoopTests() : MediaLoopContract(portable: true);

public abstract class MediaLoopContract(bool portable) : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly MediaLoops _loops = new(
        new MediaIoOptions { Loops = 1, Portable = portable }, TimeProvider.System, NullLogger<MediaLoops>.Instance);

    private IMediaLoop Loop { get; set; } = null!;

    public Task InitializeAsync()
    {
        Loop = _loops.Next();
        return Task.CompletedTask;
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _loops.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Datagrams_come_in_and_go_out_again(string host)
    {
        var echo = await BindAsync(host, new Echo());
        using var peer = new Socket(echo.Local.Family, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(echo.Local.ToEndPoint());

        for (var i = 1; i <= 100; i++)
        {
            var sent = Enumerable.Repeat((byte)i, i * 15).ToArray();
            await peer.SendAsync(sent);
            Assert.Equal(sent, await ReceiveAsync(peer));
        }
    }

    [Fact]
    public async Task Datagrams_in_a_burst_keep_their_order()
    {
        var echo = await BindAsync("127.0.0.1", new Echo());
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(echo.Local.ToEndPoint());

        for (var i = 0; i < 100; i++)
        {
            await peer.SendAsync(new[] { (byte)i });
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal([(byte)i], await ReceiveAsync(peer));
        }
    }

    [Fact]
    public async Task Sender_is_told_with_the_datagram_and_empty_or_oversized_ones_are_dropped()
    {
        var inbox = new Inbox();
        var socket = await BindAsync("127.0.0.1", inbox);
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        peer.SendTo([], socket.Local.ToEndPoint());
        peer.SendTo(new byte[DatagramRoom.Longest + 1], socket.Local.ToEndPoint());
        peer.SendTo(new byte[DatagramRoom.Longest], socket.Local.ToEndPoint());

        var (from, length, room) = await inbox.TakeAsync();
        Assert.Equal(PeerAddress.FromEndPoint((IPEndPoint)peer.LocalEndPoint!), from);
        Assert.Equal(DatagramRoom.Longest, length);
        Assert.True(room >= length + DatagramRoom.Spare);
    }

    [Fact]
    public async Task Port_that_is_taken_cannot_be_bound()
    {
        var taken = await BindAsync("127.0.0.1", new Inbox());

        Assert.False(await Loop.InTurnAsync(() => Loop.TryBind(taken.Local, new Inbox(), out _)));
        Assert.False(await Loop.InTurnAsync(() =>
            Loop.TryBind(PeerAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)), new Inbox(), out _)));
    }

    [Fact]
    public async Task Closed_socket_gives_back_its_port_and_is_not_called_again()
    {
        var inbox = new Inbox();
        var socket = await BindAsync("127.0.0.1", inbox);
        await Loop.InTurnAsync(() =>
        {
            socket.Close();
            socket.Close();
            socket.Send([1], socket.Local);
            return true;
        });

        Assert.True(await Loop.InTurnAsync(() => Loop.TryBind(socket.Local, new Inbox(), out _)));
        Assert.True(inbox.IsEmpty);
    }

    [Fact]
    public async Task What_was_sent_before_the_close_leaves_before_it()
    {
        var socket = await BindAsync("127.0.0.1", new Inbox());
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var to = PeerAddress.FromEndPoint((IPEndPoint)peer.LocalEndPoint!);

        await Loop.InTurnAsync(() =>
        {
            socket.Send([1], to); // as a goodbye is (RFC 3550 section 6.6)
            socket.Send([2], to);
            socket.Close();
            return true;
        });

        Assert.Equal([1], await ReceiveAsync(peer));
        Assert.Equal([2], await ReceiveAsync(peer));
    }

    [Fact]
    public async Task Nobody_there_is_no_trouble()
    {
        var echo = await BindAsync("127.0.0.1", new Echo());
        var gone = await BindAsync("127.0.0.1", new Inbox());
        await Loop.InTurnAsync(() =>
        {
            gone.Close();
            echo.Send([1], gone.Local); // comes back as an ICMP error
            return true;
        });

        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(echo.Local.ToEndPoint());
        await peer.SendAsync(new byte[] { 7 });
        Assert.Equal([7], await ReceiveAsync(peer));
    }

    [Fact]
    public async Task Timers_fire_in_order_and_stopped_ones_do_not()
    {
        var fired = new List<int>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            var now = Loop.Now;
            Loop.CreateTimer(_ => done.SetResult()).Start(now + 30);
            Loop.CreateTimer(_ => fired.Add(2)).Start(now + 20);
            Loop.CreateTimer(_ => fired.Add(1)).Start(now + 10);
            var stopped = Loop.CreateTimer(_ => fired.Add(3));
            stopped.Start(now + 15);
            stopped.Stop();
        });

        await done.Task.WaitAsync(Patience);
        Assert.Equal([1, 2], fired);
    }

    [Fact]
    public async Task Fault_in_one_item_leaves_the_others_alone()
    {
        var faulty = await BindAsync("127.0.0.1", new Faulty());
        Loop.Post(() => throw new InvalidOperationException());
        Loop.Post(() => Loop.CreateTimer(_ => throw new InvalidOperationException()).Start(Loop.Now));
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(faulty.Local.ToEndPoint());
        await peer.SendAsync(new byte[] { 1 });
        await peer.SendAsync(new byte[] { 2 });

        Assert.Equal([2], await ReceiveAsync(peer));
    }

    /// <summary>A timer started on another thread once left the heap in disorder, and the process died of it under load.</summary>
    [Fact]
    public async Task Who_does_not_have_the_turn_is_refused_and_what_it_asks_is_not_done()
    {
        var fired = new ConcurrentQueue<string>();
        var socket = await BindAsync("127.0.0.1", new Echo());
        var running = Loop.CreateTimer(_ => fired.Enqueue("running"));
        var strange = Loop.CreateTimer(_ => fired.Enqueue("strange"));
        var due = await Loop.InTurnAsync(() =>
        {
            running.Start(Loop.Now + 30);
            return Loop.Now + 30;
        });
        void Ask()
        {
            Assert.Throws<InvalidOperationException>(() => strange.Start(due));
            Assert.Throws<InvalidOperationException>(running.Stop);
            Assert.Throws<InvalidOperationException>(() => Loop.TryBind(socket.Local.WithPort(0), new Echo(), out _));
            Assert.Throws<InvalidOperationException>(() => socket.Send([1], socket.Local));
            Assert.Throws<InvalidOperationException>(socket.Close);
        }

        Ask();
        await _loops.Next().InTurnAsync(() =>
        {
            Ask(); // a media thread is one of them too, in another loop's turn
            return true;
        });

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => Loop.CreateTimer(_ => done.SetResult()).Start(due + 1));
        await done.Task.WaitAsync(Patience);
        Assert.Equal(["running"], fired);
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(socket.Local.ToEndPoint());
        await peer.SendAsync(new byte[] { 9 });
        Assert.Equal([9], await ReceiveAsync(peer));
    }

    [Fact]
    public async Task Fault_of_a_round_itself_is_counted_and_the_thread_goes_on()
    {
        var time = new FaultyTime();
        await using var loops = new MediaLoops(new MediaIoOptions { Loops = 1, Portable = portable }, time, NullLogger<MediaLoops>.Instance);
        var loop = loops.Next();
        var before = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            time.Faults = 3;
            loop.CreateTimer(_ => before.SetResult()).Start(loop.Now + 10);
        });
        await before.Task.WaitAsync(Patience);

        Assert.Equal(0, time.Faults);
        Assert.Equal(3, loops.Faults);
    }

    [Fact]
    public async Task Posts_of_many_threads_run_one_at_a_time_and_those_of_each_in_order()
    {
        var (left, inside, overlaps) = (4000, 0, 0);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ran = new List<(int Poster, int Number)>(); // which nothing but the turn guards

        await Task.WhenAll(Enumerable.Range(0, 4).Select(poster => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var number = i;
                Loop.Post(() =>
                {
                    overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
                    ran.Add((poster, number));
                    Interlocked.Decrement(ref inside);
                    if (--left == 0)
                    {
                        done.SetResult();
                    }
                });
            }
        })));

        await done.Task.WaitAsync(Patience);
        Assert.Equal(0, overlaps);
        Assert.All(ran.GroupBy(one => one.Poster), of => Assert.Equal(Enumerable.Range(0, 1000), of.Select(one => one.Number)));
    }

    [Fact]
    public async Task What_is_run_from_outside_runs_at_once_when_nobody_has_the_turn()
    {
        var thread = 0;
        IMediaSocket? socket = null;
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        Loop.Run(() =>
        {
            thread = Environment.CurrentManagedThreadId;
            Assert.True(Loop.TryBind(PeerAddress.FromAddress(IPAddress.Loopback, 0), new Echo(), out socket));
            Loop.CreateTimer(_ => fired.SetResult()).Start(Loop.Now + 10);
        });

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        await fired.Task.WaitAsync(Patience);
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(socket!.Local.ToEndPoint());
        await peer.SendAsync(new byte[] { 9 });
        Assert.Equal([9], await ReceiveAsync(peer));
        Loop.Run(socket.Close);
        Assert.True(await Loop.InTurnAsync(() => Loop.TryBind(socket.Local, new Inbox(), out _)));
    }

    [Fact]
    public async Task What_is_run_while_another_has_the_turn_waits_for_its_end_but_its_caller_does_not()
    {
        using var held = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var order = new ConcurrentQueue<string>();
        Loop.Post(() =>
        {
            held.Set();
            go.Wait(Patience);
            order.Enqueue("turn");
            Loop.Run(() => order.Enqueue("from within"));
            order.Enqueue("end of the turn");
        });
        Assert.True(held.Wait(Patience));

        Loop.Run(() => order.Enqueue("from outside"));
        Assert.Empty(order);
        go.Set();

        await Loop.InTurnAsync(() => true);
        Assert.Equal(["turn", "end of the turn", "from outside", "from within"], order);
    }

    [Fact]
    public async Task Loop_that_always_has_more_leaves_the_others_their_turns()
    {
        var endless = true;
        void Again()
        {
            if (Volatile.Read(ref endless))
            {
                Loop.Post(Again);
            }
        }

        Loop.Post(Again);
        var other = _loops.Next();
        for (var i = 0; i < 100; i++)
        {
            await other.InTurnAsync(() => true);
        }

        Volatile.Write(ref endless, false);
    }

    [Fact]
    public async Task What_is_posted_before_the_end_is_run_and_sockets_are_closed_at_it()
    {
        var socket = await BindAsync("127.0.0.1", new Echo());
        var ran = 0;
        for (var i = 0; i < 1000; i++)
        {
            Loop.Post(() => ran++);
        }

        await _loops.DisposeAsync();

        Assert.Equal(1000, ran);
        Loop.Post(() => ran++); // too late, and no trouble
        using var next = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        next.Bind(socket.Local.ToEndPoint());
    }

    private async Task<IMediaSocket> BindAsync(string host, IDatagramHandler handler)
    {
        var socket = await Loop.InTurnAsync(() =>
            Loop.TryBind(PeerAddress.FromAddress(IPAddress.Parse(host), 0), handler, out var bound) ? bound : null);
        return Assert.IsType<IMediaSocket>(socket, exactMatch: false);
    }

    private static async Task<byte[]> ReceiveAsync(Socket peer)
    {
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(Patience);
        return buffer[..await peer.ReceiveAsync(buffer, SocketFlags.None, patience.Token)];
    }

    private sealed class Echo : IDatagramHandler
    {
        public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now) =>
            socket.Send(buffer[..length], from);
    }

    private sealed class Faulty : IDatagramHandler
    {
        public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now)
        {
            if (buffer[0] == 1)
            {
                throw new InvalidOperationException();
            }

            socket.Send(buffer[..length], from);
        }
    }

    /// <summary>A clock that cannot be read some times.</summary>
    private sealed class FaultyTime : TimeProvider
    {
        private int _faults;

        public int Faults
        {
            get => Volatile.Read(ref _faults);
            set => Volatile.Write(ref _faults, value);
        }

        public override long GetTimestamp() => _faults > 0 && _faults-- > 0 ? throw new InvalidOperationException() : base.GetTimestamp();
    }

    private sealed class Inbox : IDatagramHandler
    {
        private readonly System.Threading.Channels.Channel<(PeerAddress, int, int)> _came =
            System.Threading.Channels.Channel.CreateUnbounded<(PeerAddress, int, int)>();

        public bool IsEmpty => !_came.Reader.TryPeek(out _);

        public Task<(PeerAddress From, int Length, int Room)> TakeAsync() => _came.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now) =>
            _came.Writer.TryWrite((from, length, buffer.Length));
    }
}
