using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.UserAgent;

/// <summary>Requests inside a dialog that change nothing in it.</summary>
internal static class InDialogAnswers
{
    public static void Respond(SipStack stack, ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (request.Method == SipMethod.Options)
        {
            transaction.Respond(Responses.Begin(stack, request, 200).Capabilities(stack)
                .Add(SipHeaders.Accept, "application/sdp").BuildResponse());
        }
        else if (request.Method == SipMethod.Info)
        {
            RespondToInfo(stack, transaction);
        }
        else
        {
            transaction.Respond(Responses.Begin(stack, request, 405).Add(SipHeaders.Allow, stack.Policy.Allow).BuildResponse());
        }
    }

    /// <summary>Legacy use is acknowledged; a package is refused with the list of those we know: none (RFC 6086 section 4.2.2).</summary>
    private static void RespondToInfo(SipStack stack, ServerTransaction transaction)
    {
        if (transaction.Request.HasHeader(SipHeaders.InfoPackage))
        {
            transaction.Respond(Responses.Begin(stack, transaction.Request, 469).Add(SipHeaders.RecvInfo, "").BuildResponse());
        }
        else
        {
            transaction.Respond(stack, 200);
        }
    }
}
