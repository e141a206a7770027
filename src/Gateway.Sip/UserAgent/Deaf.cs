using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.UserAgent;

/// <summary>For requests whose outcome changes nothing: CANCEL, whose INVITE tells the result (RFC 3261 section 9.1).</summary>
internal sealed class Deaf : IClientTransactionUser, IClientRequestUser
{
    public static Deaf Instance { get; } = new();

    public void OnResponse(SipResponse response)
    {
    }

    public void OnFailure(TransactionFailure failure)
    {
    }

    public void OnResponse(ClientRequest request, SipResponse response)
    {
    }

    public void OnFailure(ClientRequest request, SipFailure failure)
    {
    }
}
