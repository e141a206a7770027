using System.Collections.Immutable;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>INVITEs that open a dialog: admitted, announced, decided (RFC 3261 section 13.3.1, MAPPING U-20, U-41, U-43).</summary>
internal sealed class NewInvites(SipStack stack)
{
    /// <summary>Seconds after which a caller that was put off may try again.</summary>
    public const int RetryAfterOverload = 5;

    /// <summary>Who decides; none: 480.</summary>
    public ISipInviteHandler? Handler { get; set; }

    /// <summary>Takes an INVITE that has passed the checks of section 8.2.</summary>
    public void Take(ServerTransaction transaction)
    {
        var invite = transaction.Request;
        transaction.Respond(stack, 100);
        if (invite.Contact is null)
        {
            transaction.Respond(stack, 400, "Missing Contact");
        }
        else if (LoopGuard.IsOurs(invite, stack.Options))
        {
            transaction.Respond(stack, 482);
        }
        else if (SessionInterval.IsTooSmall(invite))
        {
            transaction.Respond(Responses.Begin(stack, invite, 422)
                .Add(SipHeaders.MinSE, SessionInterval.LeastSeconds).BuildResponse());
        }
        else if (stack.IsDraining || stack.Calls.Count >= stack.Options.Limits.Calls)
        {
            transaction.Respond(Responses.Begin(stack, invite, 503)
                .Add(SipHeaders.RetryAfter, RetryAfterOverload).BuildResponse());
        }
        else
        {
            Announce(transaction, invite);
        }
    }

    private void Announce(ServerTransaction transaction, SipRequest invite)
    {
        if (!TryFindReplaced(invite, out var replaced, out var refusal))
        {
            transaction.Respond(stack, refusal);
            return;
        }

        var call = new IncomingCall(stack, transaction);
        call.Start();
        var incoming = Describe(transaction);
        if (replaced is not null)
        {
            call.Replaces(replaced);
            call.Own(replaced.Sink);
            if (!replaced.Sink.TryPost(new SipCallEvent.ReplacedBy(call, incoming)))
            {
                call.RefuseNow(new Refusal(480));
            }

            return;
        }

        switch (Decide(incoming, call))
        {
            case InviteDecision.Take take:
                call.Own(take.Sink, take.Contact);
                break;
            case InviteDecision.Refuse refuse:
                call.RefuseNow(new Refusal(refuse.Status, refuse.Phrase, RetryAfterSeconds: refuse.RetryAfterSeconds, Warning: refuse.Warning));
                break;
            default:
                call.RefuseNow(new Refusal(480));
                break;
        }
    }

    /// <summary>A handler that fails has decided nothing: the caller hears 500, and the fault is counted and logged.</summary>
    private InviteDecision? Decide(IncomingInvite incoming, IncomingCall call)
    {
        try
        {
            return Handler?.OnInvite(incoming, call);
        }
        catch
        {
            call.RefuseNow(new Refusal(500));
            throw;
        }
    }

    /// <summary>RFC 3891 section 3: one well-formed header at most; what it names must be there and replaceable.</summary>
    private bool TryFindReplaced(SipRequest invite, out IReplaceableCall? replaced, out int refusal)
    {
        replaced = null;
        refusal = 400;
        ImmutableArray<string> values = [.. invite.HeaderValues(SipHeaders.Replaces)];
        if (values.IsEmpty)
        {
            return true;
        }

        if (values.Length > 1 || !ReplacesHeader.TryParse(values[0], out var header))
        {
            return false;
        }

        var verdict = stack.Dialogs.TryFind(header.Dialog, out var user)
            ? user.OnReplaces(header.EarlyOnly)
            : new ReplaceVerdict.Refused(481);
        replaced = (verdict as ReplaceVerdict.May)?.Call;
        refusal = (verdict as ReplaceVerdict.Refused)?.Status ?? 0;
        return replaced is not null;
    }

    private static IncomingInvite Describe(ServerTransaction transaction)
    {
        var invite = transaction.Request;
        invite.TryAddresses(SipHeaders.PAssertedIdentity, out var asserted);
        return new IncomingInvite(
            invite.RequestUri, invite.From, invite.To, invite.CallId, invite.From.Tag ?? "", invite.SessionDescription,
            transaction.Flow.Remote)
        {
            AssertedIdentities = asserted,
            Privacy = [.. invite.HeaderValues(SipHeaders.Privacy)
                .SelectMany(value => value.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                .Select(token => token.ToLowerInvariant())],
            MaxForwards = Math.Min(invite.MaxForwards ?? 70, 255) - (invite.MaxForwards is null ? 0 : 1), // RFC 7332 section 5
            Expires = invite.Expires is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Transport = transaction.Flow.Transport.Name(),
            Subject = invite.Header(SipHeaders.Subject),
        };
    }
}
