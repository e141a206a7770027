using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.UserAgent;

/// <summary>One branch of a call of ours before its 2xx: own tag, own numbers, own description (RFC 3261 section 12.1).</summary>
internal sealed class EarlyDialog(SipStack stack, OutgoingCall call, Dialog dialog) : IDialogUser
{
    public Dialog Dialog => dialog;

    /// <summary>The latest description of this branch.</summary>
    public string? Sdp { get; set; }

    public void OnRequest(ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!dialog.TryTakeCSeq(request))
        {
            transaction.Respond(stack, 500, "CSeq Too Low");
        }
        else if (request.Method == SipMethod.Bye)
        {
            transaction.Respond(stack, 200);
            call.OnEarlyEnd(dialog.Id.RemoteTag);
        }
        else if (request.Method == SipMethod.Invite
            || (request.Method == SipMethod.Update && request.SessionDescription is not null))
        {
            transaction.Respond(stack, 491); // our offer is open (RFC 3311 section 5.2)
        }
        else if (request.Method == SipMethod.Update)
        {
            dialog.Learn(request);
            transaction.Respond(Responses.Begin(stack, request, 200)
                .Add(SipHeaders.Contact, stack.Names.Contact(transaction.Flow, dialog.ContactUser)).BuildResponse());
        }
        else
        {
            InDialogAnswers.Respond(stack, transaction);
        }
    }

    public void OnAck(SipRequest ack)
    {
    }

    public ReplaceVerdict OnReplaces(bool earlyOnly) => new ReplaceVerdict.May(call);
}
