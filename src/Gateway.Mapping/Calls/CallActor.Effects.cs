using Gateway.Mapping.Addresses;
using Gateway.Mapping.Errors;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Calls;

/// <summary>What each effect of the table does.</summary>
internal sealed partial class CallActor
{
    private void RunEffect(CallEffect effect)
    {
        switch (effect)
        {
            case CallEffect.StartTimer t:
                StartTimer(t.Timer);
                break;
            case CallEffect.StopTimer t:
                StopTimer(t.Timer);
                break;
            default:
                if (!RunMessageEffect(effect) && !RunJingleEffect(effect) && !RunSipEffect(effect))
                {
                    RunMediaEffect(effect);
                }

                break;
        }
    }

    private bool RunMessageEffect(CallEffect effect)
    {
        switch (effect)
        {
            case CallEffect.SendPropose:
                _stanzas.Propose();
                return true;
            case CallEffect.SendRinging:
                _stanzas.Ringing();
                return true;
            case CallEffect.SendProceed:
                _stanzas.Proceed();
                return true;
            case CallEffect.SendReject r:
                _stanzas.Reject(Shown(r.Reason));
                return true;
            case CallEffect.SendTieBreakReject r:
                _stanzas.TieBreakReject(r.Id, r.Device, r.Namespace);
                return true;
            case CallEffect.SendRetract r:
                _stanzas.Retract(Shown(r.Reason));
                return true;
            case CallEffect.SendTieBreakRetract r:
                _stanzas.TieBreakRetract(r.Id);
                return true;
            case CallEffect.SendRetractTo r:
                _stanzas.RetractTo(r.Device);
                return true;
            case CallEffect.SendFinish f:
                _stanzas.Finish(Shown(f.Reason));
                return true;
            case CallEffect.SendMigratedFinish f:
                _stanzas.MigratedFinish(f.OldId, f.OldDevice, f.Namespace, f.NewId);
                return true;
            default:
                return false;
        }
    }

    private bool RunJingleEffect(CallEffect effect)
    {
        switch (effect)
        {
            case CallEffect.SendSessionInitiate:
                _stanzas.SessionInitiate(_media.JingleOffer);
                return true;
            case CallEffect.SendSessionAccept:
                _stanzas.SessionAccept(_media.JingleAnswer);
                return true;
            case CallEffect.SendSessionTerminate t:
                _stanzas.SessionTerminate(_call.Sid, _call.Device, Shown(t.Reason));
                return true;
            case CallEffect.SendMigratedTerminate t:
                _stanzas.SessionTerminate(t.OldId, t.OldDevice, new JingleReasonInfo(JingleReason.Expired));
                return true;
            case CallEffect.SendSessionInfo i:
                _stanzas.SessionInfo(i.Info);
                return true;
            case CallEffect.TellDigit d:
                if (!_media.ClientTakesDigits)
                {
                    _stanzas.Digit(d.Key, d.Duration);
                }

                return true;
            case CallEffect.PassDigit d when _media.ClientTakesDigits:
                _media.PlayDigit(CallMedia.UserTag, d.Key, d.Duration);
                return true;
            case CallEffect.PassDigit d:
                _stanzas.Digit(d.Key, d.Duration);
                return true;
            case CallEffect.SendTransportInfo:
                _stanzas.TransportInfo(_media.RestartedTransports);
                return true;
            default:
                return false;
        }
    }

    private bool RunSipEffect(CallEffect effect)
    {
        switch (effect)
        {
            case CallEffect.SendInvite:
                Volatile.Write(ref _leg, _context.UserAgent.Invite(Invite(), _sink));
                return true;
            case CallEffect.FollowRedirection r:
                _target = r.Target;
                _isRedirected = true;
                _context.Log.Redirected(Id, r.Target.RequestUri.ToString());
                Volatile.Write(ref _leg, _context.UserAgent.Invite(Invite(), _sink));
                return true;
            case CallEffect.CancelInvite:
                _leg?.Cancel();
                return true;
            case CallEffect.AbandonInvite:
                Abandon();
                return true;
            case CallEffect.AdoptCrossedInvite a:
                Volatile.Write(ref _leg, a.Call);
                _media.Phone = _current.PhoneSdp;
                return true;
            case CallEffect.SendSipRinging:
                _leg?.Ring();
                return true;
            case CallEffect.SendSipAnswer:
                _leg?.Answer(_media.SipDescription);
                return true;
            case CallEffect.RefuseInvite r:
                _leg?.Refuse(r.Status, r.Phrase, r.Reason, r.Status == 503 ? CallService.RetryAfterSeconds : null, r.Contact, r.Warning);
                return true;
            case CallEffect.SendBye b:
                _leg?.Bye(b.Reason);
                return true;
            case CallEffect.SendReinvite:
                _isReinviteOpen = true;
                _leg?.Reinvite(_media.Redirected(_call.UserHolds, _call.PhoneHolds));
                return true;
            case CallEffect.AcceptReinvite:
                AcceptReinvite(_media.SipDescription);
                return true;
            case CallEffect.OfferInReinvite:
                AcceptReinvite(_media.Redirected(_call.UserHolds, phoneHolds: false)); // its own hold is the phone's to say again, or not
                return true;
            case CallEffect.RefuseReinvite r:
                RefuseReinvite(r.Status, r.Warning);
                return true;
            default:
                return false;
        }
    }

    private void RunMediaEffect(CallEffect effect)
    {
        switch (effect)
        {
            case CallEffect.PrepareInviteOffer:
                _media.PrepareInviteOffer();
                break;
            case CallEffect.PrepareJingleOffer:
                _media.PrepareJingleOffer();
                break;
            case CallEffect.PrepareJingleAnswer:
                _media.PrepareJingleAnswer();
                break;
            case CallEffect.PrepareSipAnswer:
                _media.PrepareSipAnswer();
                break;
            case CallEffect.PrepareJoin:
                _media.PrepareJoin();
                break;
            case CallEffect.PrepareReoffer:
                _media.PrepareReoffer();
                break;
            case CallEffect.UpdateSipMedia:
                _media.UpdateSipMedia();
                break;
            case CallEffect.AddCandidates c:
                _media.AddCandidates(c.Info);
                break;
            case CallEffect.PlayDigit d when PhoneTakesDigits:
                _media.PlayDigit(CallMedia.PhoneTag, d.Key, d.Duration);
                break;
            case CallEffect.PlayDigit d:
                _leg?.SendInfo(DigitText.Body(d.Key, d.Duration));
                break;
            case CallEffect.CheckMedia:
                _media.Check();
                break;
            case CallEffect.ReleaseMedia:
                _media.Release();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(effect), effect.GetType().Name, "not an effect of a call");
        }
    }

    private OutgoingInvite Invite() => new(
        _target!.RequestUri, Parties.UserIdentity!, _target.To, Parties.CallId!, _media.SipDescription)
    {
        NextHop = _target.NextHop,
        Credentials = _target.Credentials,
        // RFC 3325: only towards a peer that trusts us, which a configured trunk does.
        AssertedIdentity = _target.Trunk is null ? null : DeviceNames.UserOf(Parties.UserIdentity!),
        Contact = Contact,
    };

    private void Abandon()
    {
        if (_leg is { } leg)
        {
            _sink.Abandon(leg);
        }
    }

    // The new leg of an INVITE with Replaces gets a first answer, not one to a re-INVITE; the stack then ends the old leg (J-54).
    private void AcceptReinvite(string description)
    {
        if (_replacement is not { } leg)
        {
            if (_isReinviteOpen)
            {
                // Ours waits for the phone's to be over, and would go out with what was true before it, under an older o= (RFC 3264 section 8).
                _leg?.Reinvite(_media.Redirected(_call.UserHolds, _call.PhoneHolds));
            }

            _leg?.AcceptReinvite(description);
            return;
        }

        _replacement = null;
        _isReinviteOpen = false; // that was the old leg's
        Volatile.Write(ref _leg, leg);
        leg.Answer(description);
    }

    private void RefuseReinvite(int status, SipWarning? warning)
    {
        if (_replacement is not { } leg)
        {
            _leg?.RefuseReinvite(status, warning);
            return;
        }

        _replacement = null;
        leg.Refuse(status, warning: warning);
    }

    /// <summary>The text names SIP codes only where the operator shows them .</summary>
    private JingleReasonInfo Shown(JingleReasonInfo reason) =>
        _context.Options.ExposeReason ? reason : reason with { Text = null };
}
