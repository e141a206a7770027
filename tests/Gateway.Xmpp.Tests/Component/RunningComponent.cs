using System.Xml.Linq;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging;

namespace Gateway.Xmpp.Tests.Component;

/// <summary>A component on a real server, in real time, with service discovery and pings.</summary>
internal sealed class RunningComponent : IAsyncDisposable, IXmppLinkObserver, ILogger<XmppComponent>
{
    /// <summary>For what must come: long enough for any machine, and never waited for when all is well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly XmppComponentOptions _options;
    private Task _running = Task.CompletedTask;

    private RunningComponent(XmppComponentOptions options)
    {
        _options = options;
        var router = new StanzaRouter().Register(new Ping()).OnPlainMessage(message =>
        {
            Message.TrySetResult(message);
            return StanzaResult.Done;
        });
        Disco = new ServiceDiscovery(
            new ServiceDiscoveryOptions { Domain = options.Domain, DomainIdentities = [new("gateway", "test", "A gateway")] }, router);
        Component = new XmppComponent(options, router, TimeProvider.System, this).Observe(this);
    }

    public XmppComponent Component { get; }

    public ServiceDiscovery Disco { get; }

    public TaskCompletionSource<bool> Up { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<bool> Reconnected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<string> Down { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<MessageStanza> Message { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<RunningComponent> StartAsync(XmppComponentOptions options)
    {
        var component = new RunningComponent(options);
        component._running = component.Component.RunAsync(component._stop.Token);
        await Task.WhenAny(component.Up.Task, Task.Delay(Patience));
        return component.Up.Task.IsCompleted ? component : throw new TimeoutException(string.Join('\n', component._log));
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue($"{TimeProvider.System.GetUtcNow():O} {formatter(state, exception)}");

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public Task<IqReply> PingAsync(string to) => AskAsync(to, new XElement(Ping.Namespace + "ping"));

    public Task<IqReply> AskAsync(string to, XElement payload)
    {
        var reply = new TaskCompletionSource<IqReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        Component.SendIq(
            new XElement(
                "iq",
                new XAttribute("type", "get"),
                new XAttribute("from", _options.Domain),
                new XAttribute("to", to),
                payload),
            Patience,
            reply.SetResult);
        return reply.Task;
    }

    public void OnUp(bool isReconnect) => (isReconnect ? Reconnected : Up).TrySetResult(isReconnect);

    public void OnDown(string reason) => Down.TrySetResult(reason);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        Component.Dispose();
        _stop.Dispose();
    }
}
