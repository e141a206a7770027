using System.Text;
using System.Threading.Channels;
using System.Xml.Linq;
using Gateway.Testing;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging;

namespace Gateway.Xmpp.Tests.Component;

/// <summary>A component that runs in virtual time, and the other end of each connection that it makes, in a test's hands.</summary>
internal sealed class ScriptedServer : IAsyncDisposable, IXmppLinkObserver, IStanzaTap, ILogger
{
    /// <summary>For what must come: long enough for any machine, and never waited for when all is well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Stream> _dialled = Channel.CreateUnbounded<Stream>();
    private readonly Task _running;

    public ScriptedServer(StanzaRouter? router = null, XmppComponentOptions? options = null, bool refusesToConnect = false)
    {
        RefusesToConnect = refusesToConnect;
        options ??= new XmppComponentOptions { Domain = "sip.example.org", Secret = "secret" };
        Component = new XmppComponent(options, router ?? new StanzaRouter(), Time, this, this, Dial).Observe(this);
        _running = Component.RunAsync(_stop.Token);
    }

    public VirtualTime Time { get; } = new();

    public XmppComponent Component { get; }

    /// <summary>"up", "up again", and reasons for going down.</summary>
    public Channel<string> Events { get; } = Channel.CreateUnbounded<string>();

    public Channel<(StanzaDirection Direction, XElement Stanza)> Tapped { get; } = Channel.CreateUnbounded<(StanzaDirection, XElement)>();

    /// <summary>Pauses before a new attempt, as they begin.</summary>
    public Channel<TimeSpan> Pauses { get; } = Channel.CreateUnbounded<TimeSpan>();

    public bool RefusesToConnect { get; set; }

    /// <summary>The component's end of the connection that it made last.</summary>
    public DuplexPipe? Ours { get; private set; }

    /// <summary>The next connection that the component makes.</summary>
    public async Task<ServerEnd> AcceptAsync() => new(await _dialled.Reader.ReadAsync().AsTask().WaitAsync(Patience));

    /// <summary>The next connection, with the handshake done and the component told.</summary>
    public async Task<ServerEnd> AuthenticateAsync()
    {
        var end = await AcceptAsync();
        await end.OpenAsync();
        await end.SendAsync("<handshake/>");
        await EventAsync();
        return end;
    }

    public async Task<string> EventAsync() => await Events.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Waits until the component pauses before its next attempt, and lets that time pass.</summary>
    public async Task<TimeSpan> PassPauseAsync()
    {
        var pause = await Pauses.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        if (pause > TimeSpan.Zero)
        {
            await Time.WhenTimersArmed(1).WaitAsync(Patience);
            Time.Advance(pause);
        }

        return pause;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Patience);
    }

    public void OnUp(bool isReconnect) => Events.Writer.TryWrite(isReconnect ? "up again" : "up");

    public void OnDown(string reason) => Events.Writer.TryWrite(reason);

    public void OnStanza(StanzaDirection direction, XElement stanza, ReadOnlySpan<byte> octets) => Tapped.Writer.TryWrite((direction, stanza));

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == 1006 && state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            Pauses.Writer.TryWrite((TimeSpan)values.First(value => value.Key == "Delay").Value!);
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Component.Dispose();
        _stop.Dispose();
    }

    private Task<ServerConnection> Dial(CancellationToken cancel)
    {
        if (RefusesToConnect)
        {
            throw new IOException("refused");
        }

        var (ours, theirs) = DuplexPipe.Create();
        Ours = ours;
        _dialled.Writer.TryWrite(theirs);
        return Task.FromResult(new ServerConnection(ours));
    }

    /// <summary>The server's end of one connection.</summary>
    internal sealed class ServerEnd(Stream stream)
    {
        private readonly StringBuilder _read = new();

        /// <summary>Everything read so far.</summary>
        public string Read => _read.ToString();

        public async Task OpenAsync()
        {
            await UntilAsync("to='sip.example.org'>");
            await SendAsync("<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
                + "xmlns='jabber:component:accept' from='sip.example.org' id='3BF96D32'>");
            await UntilAsync("</handshake>");
        }

        public Task SendAsync(string xml) => stream.WriteAsync(Encoding.UTF8.GetBytes(xml)).AsTask();

        /// <summary>Reads until the text has come, and gives everything up to its end, taken off what was read.</summary>
        public async Task<string> UntilAsync(string text)
        {
            var buffer = new byte[4096];
            int at;
            while ((at = Read.IndexOf(text, StringComparison.Ordinal)) < 0)
            {
                var count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
                if (count == 0)
                {
                    throw new InvalidOperationException($"closed after: {Read}");
                }

                _read.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }

            var taken = Read[..(at + text.Length)];
            _read.Remove(0, taken.Length);
            return taken;
        }

        public async Task<XElement> StanzaAsync(string end)
        {
            var xml = (await UntilAsync(end)).Trim();
            return XElement.Parse($"<s xmlns='{StreamNamespaces.Component}'>{xml}</s>").Elements().Last();
        }

        /// <summary>True when the component has closed its side.</summary>
        public async Task<string> UntilClosedAsync()
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience) is > 0 and var count)
            {
                _read.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }

            return Read;
        }

        public void Close() => stream.Dispose();
    }
}
