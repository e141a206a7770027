using System.Threading.Channels;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>An owner that keeps what it is told.</summary>
internal sealed class RecordingSink : ISipCallSink
{
    private readonly Channel<SipCallEvent> _events = Channel.CreateUnbounded<SipCallEvent>();

    public bool IsFull { get; set; }

    public bool TryPost(SipCallEvent sipEvent) => !IsFull && _events.Writer.TryWrite(sipEvent);

    /// <summary>What came since the last asking.</summary>
    public IReadOnlyList<SipCallEvent> Taken()
    {
        var all = new List<SipCallEvent>();
        while (_events.Reader.TryRead(out var one))
        {
            all.Add(one);
        }

        return all;
    }

    /// <summary>The only event that came since the last asking.</summary>
    public T Single<T>()
        where T : SipCallEvent => Assert.IsType<T>(Assert.Single(Taken()));

    /// <summary>Waits for the next event of a kind, passing over others: for tests on real sockets.</summary>
    public async Task<T> Next<T>()
        where T : SipCallEvent
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var passedOver = new List<SipCallEvent>();
        try
        {
            while (true)
            {
                var next = await _events.Reader.ReadAsync(patience.Token);
                if (next is T wanted)
                {
                    return wanted;
                }

                passedOver.Add(next);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No {typeof(T).Name} came, but: {string.Join(", ", passedOver)}");
        }
    }
}
