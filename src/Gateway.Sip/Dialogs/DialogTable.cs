using System.Diagnostics.CodeAnalysis;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Dialogs;

/// <summary>Takes what arrives inside one dialog.</summary>
internal interface IDialogUser
{
    /// <summary>A request other than ACK and CANCEL; its Require has been checked.</summary>
    void OnRequest(ServerTransaction transaction);

    /// <summary>The ACK of a 2xx.</summary>
    void OnAck(SipRequest ack);

    /// <summary>An INVITE with Replaces names this dialog (RFC 3891 section 3).</summary>
    /// <returns>The call to replace, or the status of the refusal.</returns>
    ReplaceVerdict OnReplaces(bool earlyOnly);
}

/// <summary>The dialogs of an endpoint, early ones included.</summary>
internal sealed class DialogTable(ISipLoop loop)
{
    private readonly Dictionary<DialogId, IDialogUser> _dialogs = [];

    public bool TryFind(DialogId id, [NotNullWhen(true)] out IDialogUser? user) => _dialogs.TryGetValue(id, out user);

    /// <summary>Adds the dialog, or hands it to another user: an early dialog that is answered.</summary>
    public void Set(DialogId id, IDialogUser user)
    {
        loop.VerifyTurn();
        if (!_dialogs.ContainsKey(id))
        {
            loop.Metrics.DialogsChanged(1);
        }

        _dialogs[id] = user;
    }

    public void Remove(DialogId id)
    {
        loop.VerifyTurn();
        if (_dialogs.Remove(id))
        {
            loop.Metrics.DialogsChanged(-1);
        }
    }
}
