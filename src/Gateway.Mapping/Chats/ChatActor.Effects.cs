using System.Collections.Immutable;
using Gateway.Mapping.Addresses;
using Gateway.Sip.Messages;
using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Chats;

/// <summary>What each effect of the table does.</summary>
internal sealed partial class ChatActor
{
    private void RunEffect(ChatEffect effect)
    {
        if (!RunStanzaEffect(effect) && !RunSipEffect(effect))
        {
            RunOwnEffect(effect);
        }
    }

    private bool RunStanzaEffect(ChatEffect effect)
    {
        switch (effect)
        {
            case ChatEffect.SendForm:
                _stanzas.Form(_chat.Proposed);
                return true;
            case ChatEffect.SendReply r:
                _stanzas.Reply(_offer, r.Accepts, r.Terms, r.Reason);
                return true;
            case ChatEffect.SendOfferError e:
                _stanzas.OfferError(e);
                return true;
            case ChatEffect.SendComplete c:
                _stanzas.Complete(c.Confirms);
                return true;
            case ChatEffect.SendRenegotiation r:
                _stanzas.Renegotiation(r.Wanted);
                return true;
            case ChatEffect.SendRenegotiationReply r:
                _stanzas.RenegotiationReply(r.Offer, r.Terms);
                return true;
            case ChatEffect.SendRenegotiationError e:
                _stanzas.RenegotiationError(e.Offer, e.Condition, e.Fields);
                return true;
            case ChatEffect.SendMoved m:
                _left = new Departure(m.From, _surroundings.Time.GetTimestamp());
                _stanzas.Moved(m.Id, m.From, m.To);
                return true;
            case ChatEffect.SendTerminate t:
                _stanzas.Terminate(SafeText.Clean(t.Reason));
                return true;
            case ChatEffect.SendTerminateTo t:
                _stanzas.TerminateTo(t.Device);
                return true;
            case ChatEffect.AcknowledgeTermination a:
                _stanzas.AcknowledgeTermination(a.Id);
                return true;
            case ChatEffect.SendGone:
                _traffic.ShowGone();
                return true;
            default:
                return false;
        }
    }

    private bool RunSipEffect(ChatEffect effect)
    {
        switch (effect)
        {
            case ChatEffect.SendInvite i:
                Prepared(isPrepared => Invite(i.Terms, isPrepared));
                return true;
            case ChatEffect.CancelInvite:
                if (_leg is null)
                {
                    Post(new ChatEvent.TimedOut(ChatTimer.Cancel)); // no INVITE has left yet
                }

                _leg?.Cancel();
                return true;
            case ChatEffect.AnswerInvite a:
                Prepared(isPrepared => Answer(a.Terms, isPrepared));
                return true;
            case ChatEffect.RefuseInvite r:
                _leg?.Refuse(r.Status, SafeText.Clean(r.Phrase), contact: r.Contact, warning: r.Warning);
                return true;
            case ChatEffect.SendBye b:
                _byeDue = true;
                _byeReason = b.Reason is { } reason ? reason with { Text = SafeText.Clean(reason.Text) } : null;
                return true;
            case ChatEffect.SendReinvite r:
                Prepared(isPrepared => Reinvite(r.Terms, isPrepared));
                return true;
            case ChatEffect.Reconnect:
                Session.TakeNewPath();
                Prepared(Reconnect);
                return true;
            case ChatEffect.AcceptReinvite a:
                Prepared(isPrepared => AcceptReinvite(a.Terms, isPrepared));
                return true;
            case ChatEffect.RefuseReinvite r:
                RefuseReinvite(r.Status, r.Warning);
                return true;
            case ChatEffect.RefuseReplacement r:
                r.Call.Refuse(488, warning: ChatWarnings.NoReplacement);
                return true;
            default:
                return false;
        }
    }

    private void RunOwnEffect(ChatEffect effect)
    {
        switch (effect)
        {
            case ChatEffect.Flow f:
                _traffic.Flow(f.Terms);
                break;
            case ChatEffect.FailWaiting f:
                _traffic.FailWaiting(f.Status, f.Phrase, f.RetryAfter);
                break;
            case ChatEffect.StartTimer t:
                StartTimer(t.Timer);
                break;
            case ChatEffect.StopTimer t:
                StopTimer(t.Timer);
                break;
            case ChatEffect.CloseMessages:
                break; // the farewell does it
            default:
                throw new ArgumentOutOfRangeException(nameof(effect), effect.GetType().Name, "nobody does this");
        }
    }

    /// <summary>
    /// A relay has to grant a path before anything can be described (RFC 4976). Without one, or with a path that holds, it goes on at
    /// once; otherwise as an input of its own, and the state may be another by then.
    /// </summary>
    private void Prepared(Func<bool, ChatEvent?> then)
    {
        var preparing = _surroundings.Path.PrepareAsync(Session, _life.Token);
        if (!preparing.IsCompletedSuccessfully)
        {
            _ = PreparedLaterAsync(preparing, then);
        }
        else if (then(IsReady(preparing.Result)) is { } e)
        {
            Post(e);
        }
    }

    private async Task PreparedLaterAsync(ValueTask<MsrpPreparation> preparing, Func<bool, ChatEvent?> then)
    {
        var result = await preparing.ConfigureAwait(false);
        Post(new ChatInput(chat => chat.IsEnded ? null : then(IsReady(result))));
    }

    private bool IsReady(MsrpPreparation result)
    {
        if (result is not (MsrpPreparation.Ready or MsrpPreparation.Closed))
        {
            _surroundings.Log.NoPath(Id, result);
        }

        return result == MsrpPreparation.Ready;
    }

    private ChatEvent.SipRefused? Invite(ChatTerms terms, bool isPrepared)
    {
        if (_chat.State != ChatState.Inviting)
        {
            return null;
        }

        if (!isPrepared) // what waits may go as MESSAGE (C-2)
        {
            return new ChatEvent.SipRefused(new SipFailure(503, "Service Unavailable", IsLocal: true));
        }

        _leg = _surroundings.UserAgent.Invite(Invite(Session.Offer(Terms(terms))), Sink);
        return null;
    }

    private ChatEvent.SipCancelled? Answer(ChatTerms terms, bool isPrepared)
    {
        if (_chat.State != ChatState.Answering)
        {
            return null;
        }

        MsrpRefusal fault = new(500, "no path through the relay");
        if (isPrepared && Session.TryAnswer(Parties.Invite!.Sdp!, Terms(terms), out var answer, out fault))
        {
            _leg!.Answer(answer);
            return null;
        }

        _surroundings.Log.DescriptionUnusable(Id, fault.Reason);
        _leg!.Refuse(fault.Status, warning: ChatWarnings.Of(fault));
        return new ChatEvent.SipCancelled(null);
    }

    private ChatEvent.SipReinviteRefused? Reinvite(ChatTerms terms, bool isPrepared)
    {
        if (!isPrepared)
        {
            return new ChatEvent.SipReinviteRefused(503);
        }

        _leg?.Reinvite(Session.Offer(Terms(terms)));
        return null;
    }

    /// <summary>A relay that gives no path now may do so while the session still waits for its connection (C-22).</summary>
    private ChatEvent? Reconnect(bool isPrepared)
    {
        if (_chat.State == ChatState.Reconnecting && isPrepared)
        {
            _leg?.Reinvite(Session.Offer());
        }
        else if (_chat.State == ChatState.Reconnecting)
        {
            StartTimer(ChatTimer.Retry);
        }

        return null;
    }

    private ChatEvent.ConnectionLost? AcceptReinvite(ChatTerms terms, bool isPrepared)
    {
        if (!isPrepared)
        {
            RefuseReinvite(500);
            return Session.IsConnected ? null : new ChatEvent.ConnectionLost(IsTrusted: true); // it still has to be mended
        }

        if (_reoffer is not { } offer)
        {
            _offeredInAnswer = true; // a re-INVITE without offer gets ours, and its answer comes with the ACK (RFC 3261 section 14.2)
            _leg?.AcceptReinvite(Session.Offer(Terms(terms)));
            return null;
        }

        _reoffer = null;
        if (Session.TryAnswer(offer, Terms(terms), out var answer, out var fault))
        {
            _leg?.AcceptReinvite(answer);
        }
        else
        {
            _surroundings.Log.DescriptionUnusable(Id, fault.Reason);
            RefuseReinvite(fault.Status, ChatWarnings.Of(fault));
        }

        return null;
    }

    private void RefuseReinvite(int status, SipWarning? warning = null)
    {
        _reoffer = null;
        if (status != 491) // then an offer of ours is open still
        {
            Session.KeepDescription();
        }

        _leg?.RefuseReinvite(status, warning);
    }

    private MsrpTerms Terms(ChatTerms terms) => new()
    {
        AcceptTypes = terms.AcceptTypes(_surroundings.Options.Wrapped),
        AcceptWrappedTypes = _surroundings.Options.Wrapped ? [.. terms.AcceptTypes(wrapped: false), ChatContent.Imdn] : [],
        MaxSize = _surroundings.Options.MaxMessageSize,
    };

    private OutgoingInvite Invite(string sdp) => new(
        Parties.Target!.RequestUri, Parties.UserIdentity!, Parties.Target.To, Parties.CallId, sdp)
    {
        NextHop = Parties.Target.NextHop,
        Credentials = Parties.Target.Credentials,
        AssertedIdentity = Parties.Target.Trunk is null ? null : DeviceNames.UserOf(Parties.UserIdentity!), // RFC 3325: a configured trunk trusts us
        Contact = Contact,
        ExtraHeaders = SafeText.Clean(Parties.Reason) is { } reason
            ? [KeyValuePair.Create(SipHeaders.Subject, reason)] // N-9, F-5
            : [],
    };
}
