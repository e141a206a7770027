using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Component;

/// <summary>One connection on which the handshake of XEP-0114 section 3 has succeeded.</summary>
internal sealed class ComponentStream : IAsyncDisposable
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);

    private readonly ServerConnection _connection;
    private readonly StanzaReader _reader;
    private readonly TimeProvider _time;

    private ComponentStream(ServerConnection connection, StanzaReader reader, TimeProvider time)
    {
        _connection = connection;
        _reader = reader;
        _time = time;
    }

    /// <summary>Octets read so far.</summary>
    public long OctetsRead => _reader.OctetsRead;

    /// <summary>Connects and shakes hands; the stream is null unless the outcome is Accepted.</summary>
    public static async Task<(HandshakeOutcome Outcome, ComponentStream? Stream)> OpenAsync(
        Func<CancellationToken, Task<ServerConnection>> dial, XmppComponentOptions options, TimeProvider time, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        ServerConnection connection;
        try
        {
            connection = await dial(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            var reason = e is OperationCanceledException ? "no answer" : e.Message;
            return (new HandshakeOutcome.Unreachable(reason, StreamRemedies.ForUnreachable(options)), null);
        }

        var stream = new ComponentStream(connection, new StanzaReader(connection.Stream, options, connection.AfterRead), time);
        HandshakeOutcome outcome;
        try
        {
            // Closing the connection is what ends a read.
            using var closing = either.Token.Register(connection.Stream.Dispose);
            outcome = await stream.ShakeHandsAsync(options).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            outcome = new HandshakeOutcome.Unreachable(e.Message, StreamRemedies.ForUnreachable(options));
        }

        cancel.ThrowIfCancellationRequested();
        if (outcome is HandshakeOutcome.Accepted && !either.IsCancellationRequested)
        {
            return (outcome, stream);
        }

        await stream.DisposeAsync().ConfigureAwait(false);
        return (patience.IsCancellationRequested
            ? new HandshakeOutcome.Unreachable("the server accepted the connection, but not the stream in time", StreamRemedies.ForUnreachable(options))
            : outcome, null);
    }

    /// <summary>The next element from the server.</summary>
    public ValueTask<StreamItem> ReadAsync() => _reader.ReadAsync();

    /// <summary>Writes whole stanzas.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
    {
        await _connection.Stream.WriteAsync(octets, cancel).ConfigureAwait(false);
        await _connection.Stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Says good-bye, with a stream error if there is a reason (RFC 6120 section 4.9.1.1), as far as the server still listens.</summary>
    public async Task CloseAsync(StreamItem.Fault? fault)
    {
        try
        {
            using var patience = new CancellationTokenSource(ClosingTime, _time);
            await WriteAsync(Closing(fault), patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Gone already: nothing left to say.
        }
    }

    /// <summary>Ends reads and writes under way, without waiting for them.</summary>
    public void Abort() => _connection.Stream.Dispose();

    /// <summary>Ends the connection; reads and writes under way fail.</summary>
    public ValueTask DisposeAsync() => _connection.Stream.DisposeAsync();

    private async Task<HandshakeOutcome> ShakeHandsAsync(XmppComponentOptions options)
    {
        await WriteAsync(Opening(options.Domain), CancellationToken.None).ConfigureAwait(false);
        var header = await ReadAsync().ConfigureAwait(false);
        if (header is not StreamItem.Header { Id: { Length: > 0 } streamId })
        {
            // Prosody opens a stream without an id when it has only an error to say on it.
            return Refusal(header is StreamItem.Header ? await ReadAsync().ConfigureAwait(false) : header, options);
        }

        await WriteAsync(Handshake(streamId, options.Secret), CancellationToken.None).ConfigureAwait(false);
        var answer = await ReadAsync().ConfigureAwait(false);
        return answer is StreamItem.Element element && element.Content.Name == StreamNamespaces.Component + "handshake"
            ? new HandshakeOutcome.Accepted()
            : Refusal(answer, options);
    }

    private static HandshakeOutcome Refusal(StreamItem item, XmppComponentOptions options) => item switch
    {
        StreamItem.Element { Content: var error } when StreamError.TryRead(error, out var condition, out var text) =>
            new HandshakeOutcome.Refused(condition, text, StreamRemedies.For(condition, options)),
        StreamItem.Fault fault => new HandshakeOutcome.Refused(
            fault.Condition, fault.Text, StreamRemedies.For("invalid-namespace", options)),
        StreamItem.Lost lost => new HandshakeOutcome.Unreachable(lost.Reason, StreamRemedies.ForUnreachable(options)),
        StreamItem.Closed => new HandshakeOutcome.Unreachable("the server closed the stream", StreamRemedies.ForUnreachable(options)),
        _ => new HandshakeOutcome.Refused("bad-format", "not the handshake of a component", StreamRemedies.For("bad-format", options)),
    };

    private static byte[] Opening(string domain) => Encoding.UTF8.GetBytes(
        $"<?xml version='1.0'?><stream:stream xmlns='{StreamNamespaces.Component}' xmlns:stream='{StreamNamespaces.Streams}' "
        + $"to='{new XText(domain)}'>");

    /// <summary>K-1. SHA-1 is the protocol's choice.</summary>
    private static byte[] Handshake(string streamId, string secret)
    {
#pragma warning disable CA5350
        var proof = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(streamId + secret)));
#pragma warning restore CA5350
        return Encoding.UTF8.GetBytes($"<handshake>{proof}</handshake>");
    }

    private static byte[] Closing(StreamItem.Fault? fault) => Encoding.UTF8.GetBytes(fault is null
        ? "</stream:stream>"
        : $"<stream:error><{fault.Condition} xmlns='{StreamNamespaces.StreamErrors}'/></stream:error></stream:stream>");
}
