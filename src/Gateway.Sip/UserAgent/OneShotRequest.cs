using System.Collections.Immutable;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.UserAgent;

/// <summary>A request outside any dialog and its final response.</summary>
internal sealed class OneShotRequest : IClientRequestUser
{
    // Who waits goes on upon the loop, where the response was read: to wake another thread would cost more than most of them do.
    private readonly TaskCompletionSource<SipResult> _result = new();
    private readonly SipStack _stack;
    private readonly OutgoingRequest _what;
    private ClientRequest? _request;
    private CancellationTokenRegistration _abandoning;

    public OneShotRequest(SipStack stack, OutgoingRequest request)
    {
        _stack = stack;
        _what = request;
    }

    public Task<SipResult> Result => _result.Task;

    /// <summary>On the loop.</summary>
    public void Start()
    {
        var conversation = _what.Conversation ?? new SipConversation(SipIdentifiers.CallId());
        var isOptions = _what.Method == SipMethod.Options;
        var template = new RequestTemplate(
            _what.Method, _what.RequestUri, _what.From.WithTag(conversation.FromTag), _what.To.WithTag(null), conversation.CallId)
        {
            NextHop = _what.NextHop ?? _what.RequestUri,
            ContactUser = isOptions ? _what.From.Uri : null, // RFC 3428 section 4: none in MESSAGE
            Headers = isOptions ? _what.ExtraHeaders.Add(new(SipHeaders.Accept, "application/sdp")) : _what.ExtraHeaders,
            Body = _what.Body,
            MaxBytes = _what.MaxBytes,
        };
        if (_what.Credentials is { } known)
        {
            conversation.Digest ??= new DigestClient(known.Username, known.Password);
        }

        _request = new ClientRequest(_stack, template, conversation.NextCSeq, conversation.Digest, this);
        _request.Start();
    }

    /// <summary>Nobody waits any more once this is cancelled; who waited hears it even when the loop has ended. Once at most.</summary>
    public void MayBeAbandoned(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled && !Result.IsCompleted)
        {
            _abandoning = cancellationToken.UnsafeRegister(static self => ((OneShotRequest)self!).Abandon(), this);
            Interlocked.MemoryBarrier(); // either we see the result, or who settles it sees all of the registration
            if (Result.IsCompleted)
            {
                _abandoning.Unregister(); // it was settled meanwhile, and may not have seen the registration
            }
        }
    }

    private void Abandon()
    {
        _stack.Loop.Post(GiveUp);
        _result.TrySetCanceled();
    }

    private void GiveUp() => _request?.GiveUp();

    public void OnResponse(ClientRequest request, SipResponse response)
    {
        if (!response.IsFinal)
        {
            return;
        }

        if (response.IsSuccess && !response.HasHeader(SipHeaders.Accept)) // it says no more than that
        {
            Settle(new SipResult(response.Status, SipFailures.PhraseOf(response), IsLocal: false));
            return;
        }

        var read = SipFailures.Of(response);
        Settle(new SipResult(response.Status, read.Phrase, IsLocal: false)
        {
            RetryAfter = read.RetryAfter,
            Contacts = read.Contacts,
            Accept = [.. response.HeaderValues(SipHeaders.Accept).Select(SipMediaType.Of).Take(SipLimits.Values)],
        });
    }

    public void OnFailure(ClientRequest request, SipFailure failure) =>
        Settle(new SipResult(failure.Status, failure.Phrase, IsLocal: true) { RequestBytes = failure.RequestBytes });

    private void Settle(SipResult result)
    {
        _result.TrySetResult(result);
        _abandoning.Unregister();
    }
}
