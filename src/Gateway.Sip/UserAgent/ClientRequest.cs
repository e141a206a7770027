using System.Collections.Immutable;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>Whom a request serves.</summary>
internal interface IClientRequestUser
{
    /// <summary>A response; a challenge that could be answered, or a 503 with another place to try, is not shown.</summary>
    void OnResponse(ClientRequest request, SipResponse response);

    /// <summary>No final response, and nowhere else to send it: 408 or 503, made here. Nothing follows.</summary>
    void OnFailure(ClientRequest request, SipFailure failure);
}

/// <summary>
/// One request of ours, through all the transactions that it takes: the next address when one fails (RFC 3263 section
/// 4.3), TCP when it is too large for a datagram (RFC 3261 section 18.1.1), credentials when it is challenged (section 22).
/// </summary>
internal sealed class ClientRequest(
    SipStack stack, RequestTemplate template, Func<uint> nextCSeq, DigestClient? digest, IClientRequestUser user)
    : IClientTransactionUser
{
    private ImmutableArray<SipDestination> _found = [];
    private int _tried;
    private ImmutableArray<KeyValuePair<string, string>> _authorization =
        digest?.Authorize(template.Method, template.RequestUri.ToString(), (template.Body?.Content ?? default).Span) ?? [];

    private ClientTransaction? _transaction;
    private SipDestination? _current;
    private bool _over;

    /// <summary>What was sent last; null while the address is being looked up.</summary>
    public SipRequest? Sent => _transaction?.Request;

    /// <summary>What it was sent by.</summary>
    public SipFlow? Flow => _transaction?.Flow;

    /// <summary>Whether a provisional response to what was sent last has come: only then may it be cancelled.</summary>
    public bool HasProvisional { get; private set; }

    /// <summary>INVITE inside a dialog: the ACK of its 2xx, for repetitions of the 2xx.</summary>
    public SuccessAck? Acknowledgement { get; set; }

    /// <summary>
    /// The connection on which the peer opened the dialog: taken when its Contact cannot be reached, as with a phone behind
    /// NAT that has no other way in. RFC 5923 would want it registered by alias, over TLS; losing the BYE is worse.
    /// </summary>
    public SipFlow? LastResort { get; set; }

    /// <summary>No further attempts: the next final response is the last.</summary>
    public bool IsLastAttempt { get; set; }

    public void Start()
    {
        var finding = stack.Resolver.ResolveAsync(template.NextHop, CancellationToken.None);
        if (finding.IsCompletedSuccessfully)
        {
            Found(finding.Result);
        }
        else
        {
            _ = FindAsync(finding);
        }
    }

    /// <summary>The user no longer waits. A response that comes all the same is absorbed, or stray.</summary>
    public void GiveUp()
    {
        _over = true;
        _transaction?.On(new TransactionEvent.GivenUp());
    }

    public void OnResponse(SipResponse response)
    {
        if (_over)
        {
            user.OnResponse(this, response); // a 2xx must be acknowledged whatever became of the call
        }
        else if (response.IsProvisional)
        {
            HasProvisional = true;
            user.OnResponse(this, response);
        }
        else if (response.Status is 401 or 407 && !IsLastAttempt && TryAnswer(response))
        {
            SendAgain();
        }
        else if (response.Status == 503 && !IsLastAttempt && _tried < _found.Length)
        {
            SendToNext(SipFailures.Of(response));
        }
        else
        {
            _over = response.IsFailure;
            user.OnResponse(this, response);
        }
    }

    public void OnFailure(TransactionFailure failure)
    {
        if (!_over)
        {
            SendToNext(SipFailures.Of(failure));
        }
    }

    private async Task FindAsync(ValueTask<ImmutableArray<SipDestination>> finding)
    {
        var found = await finding.ConfigureAwait(false);
        stack.Loop.Post(() => Found(found));
    }

    private void Found(ImmutableArray<SipDestination> destinations)
    {
        if (_over)
        {
            return;
        }

        _found = destinations;
        SendToNext(SipFailures.NoWay);
    }

    private void SendToNext(SipFailure otherwise)
    {
        if (!IsLastAttempt && _tried < _found.Length)
        {
            Send(_found[_tried++]);
        }
        else if (otherwise is { Status: 503, IsLocal: true } && LastResort is { IsOpen: true } flow)
        {
            LastResort = null;
            HasProvisional = false;
            SendBy(Build(flow), flow);
        }
        else
        {
            _over = true;
            user.OnFailure(this, otherwise);
        }
    }

    /// <summary>To where the challenge came from.</summary>
    private void SendAgain()
    {
        if (Flow is { IsReliable: true, IsOpen: true } flow && template.MaxBytes is null)
        {
            HasProvisional = false;
            SendBy(Build(flow), flow);
        }
        else
        {
            Send(_current!);
        }
    }

    private void Send(SipDestination destination)
    {
        _current = destination;
        HasProvisional = false;
        if (stack.Network.Open(destination.Transport, destination.EndPoint) is not { } flow)
        {
            SendToNext(SipFailures.NoWay);
            return;
        }

        var request = Build(flow);
        if (request.Raw.Length > template.MaxBytes)
        {
            _over = true;
            user.OnFailure(this, SipFailures.TooLarge(request.Raw.Length));
            return;
        }

        if (IsTooLarge(request, flow)
            && stack.Network.Open(SipTransportKind.Tcp, destination.EndPoint) is { } stream)
        {
            _transaction = stack.Transactions.Send(
                Build(stream, request.CSeq.Number, flow), stream, new OrElseByDatagram(this, flow, request));
            return;
        }

        SendBy(request, flow);
    }

    private void SendBy(SipRequest request, SipFlow flow) =>
        _transaction = stack.Transactions.Send(request, flow, this);

    private SipRequest Build(SipFlow flow, uint? cseq = null, SipFlow? contactFlow = null) => template.Build(
        stack.Names.Via(flow),
        template.ContactUser is { } contact ? stack.Names.Contact(contactFlow ?? flow, contact) : null,
        cseq ?? nextCSeq(), stack.Options.UserAgentName, _authorization);

    /// <summary>Credentials for the next attempt, which has the same Call-ID and tags and the next number (RFC 3261 section 22.2).</summary>
    private bool TryAnswer(SipResponse challenge)
    {
        if (digest is null || !digest.TryAnswer(challenge, _transaction!.Request!, out var headers))
        {
            return false;
        }

        _authorization = headers;
        return true;
    }

    private bool IsTooLarge(SipRequest request, SipFlow flow) =>
        flow.Transport == SipTransportKind.Udp && request.Raw.Length > stack.Options.Limits.DatagramRequestBytes;

    /// <summary>Too large for a datagram, but the peer refuses TCP: the datagram after all (RFC 3261 section 18.1.1).</summary>
    private sealed class OrElseByDatagram(ClientRequest whole, SipFlow flow, SipRequest request) : IClientTransactionUser
    {
        public void OnResponse(SipResponse response) => whole.OnResponse(response);

        public void OnFailure(TransactionFailure failure)
        {
            if (failure == TransactionFailure.Transport && !whole._over && !whole.IsLastAttempt)
            {
                whole.SendBy(request, flow);
            }
            else
            {
                whole.OnFailure(failure);
            }
        }
    }
}
