using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <inheritdoc/>
internal sealed class ServerRequest : ISipServerRequest
{
    private readonly SipStack _stack;
    private readonly ServerTransaction _transaction;
    private readonly LoopTimer _patience;

    /// <summary>Begins to wait: after 64*T1 the client has given up, and so do we, without a response (RFC 4320 section 4.2).</summary>
    public ServerRequest(SipStack stack, ServerTransaction transaction)
    {
        _stack = stack;
        _transaction = transaction;
        Request = transaction.Request;
        _patience = LoopTimer.Start(
            stack.Loop, stack.Timers.T1Times64, () => transaction.On(new TransactionEvent.GivenUp()));
    }

    public SipRequest Request { get; }

    public IPEndPoint Source => _transaction.Flow.Remote;

    public SipTransportKind Transport => _transaction.Flow.Transport;

    public void Respond(
        int status, string? phrase, ImmutableArray<KeyValuePair<string, string>> headers, string? contentType,
        ReadOnlyMemory<byte> body)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        var response = Responses.Begin(_stack, Request, status, phrase);
        foreach (var (name, value) in headers.IsDefault ? [] : headers)
        {
            response.Add(name, HeaderText.Clean(value));
        }

        var built = response.Body(contentType, body).BuildResponse();
        _stack.Loop.Post(() =>
        {
            if (!_transaction.IsAnswered)
            {
                _patience.Stop();
                _transaction.RespondAndLetGo(built);
            }
        });
    }
}
