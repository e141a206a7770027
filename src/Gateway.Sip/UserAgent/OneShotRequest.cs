using Gateway.Sip.Dialogs;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.UserAgent;

/// <summary>A request outside any dialog and its final response.</summary>
internal sealed class OneShotRequest : IClientRequestUser
{
    private readonly TaskCompletionSource<SipResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClientRequest _request;
    private uint _cseq;

    public OneShotRequest(SipStack stack, OutgoingRequest request)
    {
        var template = new RequestTemplate(
            request.Method, request.RequestUri, request.From.WithTag(SipIdentifiers.Tag()), request.To.WithTag(null),
            SipIdentifiers.CallId())
        {
            NextHop = request.NextHop ?? request.RequestUri,
            ContactUser = request.Method == SipMethod.Options ? request.From.Uri : null,
            Headers = request.Method == SipMethod.Options ? [new(SipHeaders.Accept, "application/sdp")] : [],
        };
        var digest = request.Credentials is { } known ? new DigestClient(known.Username, known.Password) : null;
        _request = new ClientRequest(stack, template, () => ++_cseq, digest, this);
    }

    public Task<SipResult> Result => _result.Task;

    /// <summary>On the loop.</summary>
    public void Start() => _request.Start();

    /// <summary>On the loop: nobody waits any more.</summary>
    public void GiveUp()
    {
        _request.GiveUp();
        _result.TrySetResult(new SipResult(408, SipPhrases.Of(408), IsLocal: true));
    }

    public void OnResponse(ClientRequest request, SipResponse response)
    {
        if (response.IsFinal)
        {
            _result.TrySetResult(new SipResult(response.Status, response.Phrase, IsLocal: false));
        }
    }

    public void OnFailure(ClientRequest request, SipFailure failure) =>
        _result.TrySetResult(new SipResult(failure.Status, failure.Phrase, IsLocal: true));
}
