using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>A final refusal of an INVITE, and the header fields that explain it.</summary>
internal readonly record struct Refusal(
    int Status, string? Phrase = null, SipReason? Reason = null, int? RetryAfterSeconds = null, SipUri? Contact = null, SipWarning? Warning = null)
{
    /// <summary>Adds them to the response.</summary>
    public void AddTo(SipMessageBuilder response)
    {
        if (Reason is not null)
        {
            response.Add(SipHeaders.Reason, ReasonHeader.Write(Reason));
        }

        if (RetryAfterSeconds is { } seconds)
        {
            response.Add(SipHeaders.RetryAfter, seconds.ToString(CultureInfo.InvariantCulture));
        }

        if (Contact is not null)
        {
            response.Add(SipHeaders.Contact, $"<{Contact}>");
        }

        if (Warning is not null)
        {
            response.Add(SipHeaders.Warning, Warning.Write());
        }
    }
}
