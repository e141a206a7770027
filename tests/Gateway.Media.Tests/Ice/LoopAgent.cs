using System.Text;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Ice;

/// <summary>An agent on a media thread with a real socket: what its owner in a relay does, and an echo.</summary>
internal sealed class LoopAgent : IIceOutput, IDatagramHandler, IAsyncDisposable
{
    private readonly MediaLoops _loops = new(new MediaIoOptions { Loops = 1 }, TimeProvider.System, NullLogger<MediaLoops>.Instance);
    private readonly IMediaLoop _loop;
    private IMediaSocket? _socket;
    private IMediaTimer? _timer;
    private IceAgent? _agent;

    public LoopAgent() => _loop = _loops.Next();

    /// <summary><c>selected ADDRESS</c>, <c>failed</c>, <c>consent lost</c>, <c>received TEXT</c>.</summary>
    public EventLog<string> Events { get; } = new("agent");

    /// <summary>Something on the agent's thread; its timer is set anew after it.</summary>
    public Task<T> DoAsync<T>(Func<IceAgent, long, T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() =>
        {
            try
            {
                done.SetResult(what(_agent!, _loop.Now));
                Arm();
            }
            catch (Exception e)
            {
                done.SetException(e);
                throw;
            }
        });
        return done.Task;
    }

    public Task OpenAsync(string host, IceAgentOptions options)
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() =>
        {
            Assert.True(PeerAddress.TryParse(host, 0, out var any));
            Assert.True(_loop.TryBind(any, this, out _socket));
            _timer = _loop.CreateTimer(now =>
            {
                _agent!.OnTimer(now);
                Arm();
            });
            _agent = new IceAgent(options, this);
            _agent.AddBase(0, _socket.Local, _socket.Local);
            opened.SetResult();
        });
        return opened.Task;
    }

    public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now)
    {
        if (buffer[0] <= 3)
        {
            _agent!.OnStun(0, from, buffer[..length], now);
            Arm();
        }
        else if (_agent!.IsValidated(from))
        {
            Events.Add($"received {Encoding.UTF8.GetString(buffer[..length])}");
            Assert.True(_agent.TryGetSelected(out _, out var remote));
            socket.Send(buffer[..length], remote);
        }
    }

    public void SendStun(int baseIndex, ReadOnlySpan<byte> datagram, in PeerAddress to) => _socket!.Send(datagram, to);

    public void OnSelected(int baseIndex, in PeerAddress remote) => Events.Add($"selected {remote}");

    public void OnLocalCandidate(IceCandidate candidate) => Events.Add($"found {candidate}");

    public void OnFailed() => Events.Add("failed");

    public void OnDeselected() => Events.Add("deselected");

    public void OnConsentLost() => Events.Add("consent lost");

    public ValueTask DisposeAsync() => _loops.DisposeAsync();

    private void Arm()
    {
        if (_agent!.NextDue == long.MaxValue)
        {
            _timer!.Stop();
        }
        else
        {
            _timer!.Start(_agent.NextDue);
        }
    }
}
