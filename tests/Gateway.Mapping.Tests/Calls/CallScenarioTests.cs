using Gateway.Mapping.Calls;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>What the page of single rows cannot show: settings, flags and sequences.</summary>
public sealed class CallScenarioTests
{
    [Theory] // J-20: policy late takes the call on 200 only
    [InlineData("180 with SDP")]
    [InlineData("183 with SDP")]
    public void With_policy_late_early_media_does_not_take_the_call(string provisional)
    {
        var call = CallSamples.In(CallState.Inviting) with { EarlyMediaTakesCall = false };
        var (next, effects) = Run(call, CallSamples.Event(provisional));
        Assert.DoesNotContain(new CallEffect.SendProceed(), effects);
        Assert.Contains(new CallEffect.SendProceed(), Run(next, CallSamples.Event("200")).Effects);
    }

    [Fact] // stox section 11: ringing at most once
    public void Ringing_is_sent_once_however_often_the_phone_says_180()
    {
        var (call, effects) = Play(CallSamples.In(CallState.Inviting), "180", "180", "183", "180");
        Assert.Equal(CallState.Ringing, call.State);
        Assert.Single(effects, new CallEffect.SendRinging());
    }

    [Fact] // J-16
    public void A_bounce_after_a_device_truly_rang_ends_nothing()
    {
        var (call, _) = Play(CallSamples.In(CallState.Proposing), "ringing", "propose bounced");
        Assert.Equal(CallState.RingingUser, call.State);
    }

    [Fact] // J-16: assumed ringing is nobody's word
    public void A_bounce_after_ringing_was_only_assumed_ends_the_call()
    {
        var (call, effects) = Play(CallSamples.In(CallState.Proposing), "timer AssumeRinging", "propose bounced");
        Assert.Equal(CallState.Ended, call.State);
        Assert.Contains(new CallEffect.RefuseInvite(480), effects);
    }

    [Fact] // J-43
    public void A_won_tie_break_without_an_answer_joins_the_calls_after_all()
    {
        var (call, effects) = Play(CallSamples.In(CallState.RingingUser), "crossing propose, higher id", "timer TieBreak");
        Assert.Equal(CallState.Joining, call.State);
        Assert.Equal(CallSamples.HigherSid, call.Sid);
        Assert.Contains(new CallEffect.SendTieBreakRetract(CallSamples.Sid), effects);
        Assert.Contains(new CallEffect.SendProceed(), effects);
    }

    [Theory] // J-44: in either order
    [InlineData("reject with tie-break", "crossing propose, higher id")]
    [InlineData("crossing propose, higher id", "reject with tie-break")]
    public void A_propose_of_ours_that_lost_the_tie_break_is_joined_to_the_users(string first, string second)
    {
        var (call, effects) = Play(CallSamples.In(CallState.Proposing), first, second);
        Assert.Equal(CallState.Joining, call.State);
        Assert.DoesNotContain(effects, effect => effect is CallEffect.RefuseInvite or CallEffect.SendTieBreakRetract);
    }

    [Fact] // J-44: the announced propose never comes
    public void A_lost_tie_break_without_the_users_propose_ends_the_SIP_side_with_480()
    {
        var (call, effects) = Play(CallSamples.In(CallState.Proposing), "reject with tie-break", "timer TieBreak");
        Assert.Equal(CallState.Ended, call.State);
        Assert.Contains(effects, effect => effect is CallEffect.RefuseInvite { Status: 480 });
    }

    [Fact] // J-41
    public void A_joined_call_answers_both_sides()
    {
        var (call, effects) = Play(
            CallSamples.In(CallState.RingingUser), "crossing propose, lower id", "session-initiate", "relay: accept");
        Assert.Equal(CallState.Active, call.State);
        Assert.Contains(new CallEffect.SendSessionAccept(), effects);
        Assert.Contains(new CallEffect.SendSipAnswer(), effects);
    }

    [Fact] // both holds are kept apart
    public void Hold_by_both_is_released_by_each_for_itself()
    {
        var (call, _) = Play(CallSamples.In(CallState.Active), "session-info hold", "relay: re-offer, held", "session-info unhold");
        Assert.False(call.UserHolds);
        Assert.True(call.PhoneHolds);
        var (resumed, effects) = Run(call, CallSamples.Event("relay: re-offer"));
        Assert.False(resumed.PhoneHolds);
        Assert.Contains(new CallEffect.SendSessionInfo(CallInfo.Unhold), effects);
    }

    [Fact]
    public void Hold_said_twice_sends_one_re_INVITE()
    {
        var (_, effects) = Play(CallSamples.In(CallState.Active), "session-info hold", "session-info hold");
        Assert.Single(effects, new CallEffect.SendReinvite());
    }

    [Fact] // RFC 3261 section 14: no re-INVITE before the final answer
    public void Hold_before_the_answer_goes_out_with_the_answer()
    {
        var (call, effects) = Play(CallSamples.In(CallState.JingleRinging), "session-info hold", "200", "relay: accept");
        Assert.Equal(CallState.Active, call.State);
        Assert.Single(effects, new CallEffect.SendReinvite());
    }

    [Fact] // RFC 3261 section 14.1, and no call without audio
    public void A_refused_re_INVITE_ends_the_call_only_when_it_brought_the_codecs()
    {
        var (held, _) = Play(CallSamples.In(CallState.Active), "session-info hold", "our re-INVITE refused");
        Assert.Equal(CallState.Active, held.State);
        var (vital, effects) = Play(CallSamples.In(CallState.Negotiating), "relay: accept, other codecs", "our re-INVITE refused");
        Assert.Equal(CallState.Ended, vital.State);
        Assert.Contains(effects, effect => effect is CallEffect.SendBye);
    }

    [Fact] // J-50 to J-52
    public void A_migration_that_never_arrives_ends_the_phone_too()
    {
        var (call, effects) = Play(CallSamples.In(CallState.Active), "propose of a running call", "timer Initiate");
        Assert.Equal(CallState.Ended, call.State);
        Assert.Equal(CallSamples.HigherSid, call.Sid);
        Assert.Contains(effects, effect => effect is CallEffect.SendBye);
    }

    [Fact] // J-51, R-11: the hold of a device goes with it; that of the phone stays, and the new device hears of it
    public void A_call_on_hold_that_moves_is_resumed_by_the_device_that_takes_it_and_not_for_the_phone()
    {
        var (_, effects) = Play(
            CallSamples.In(CallState.Active), "session-info hold", "relay: re-offer, held", "propose of a running call", "session-initiate", "relay: accept");
        Assert.Equal(2, effects.Count(effect => effect is CallEffect.SendReinvite));
        Assert.Equal(2, effects.Count(effect => effect is CallEffect.SendSessionInfo { Info: CallInfo.Hold }));

        var (call, _) = Play(CallSamples.In(CallState.Active), "session-info hold", "finish with migrated", "session-initiate", "relay: accept");
        Assert.False(call.UserHolds);
    }

    [Fact] // J-22
    public void A_call_without_JMI_never_sends_a_JMI_message()
    {
        var call = CallSamples.In(CallState.Idle) with { UsesMessageInitiation = false };
        var (ended, effects) = Play(call, "session-initiate", "relay: offer", "180", "200", "relay: accept", "BYE");
        Assert.Equal(CallState.Ended, ended.State);
        Assert.DoesNotContain(effects, effect => effect is CallEffect.SendFinish or CallEffect.SendReject or CallEffect.SendProceed or CallEffect.SendRinging);
        Assert.Contains(effects, effect => effect is CallEffect.SendSessionTerminate);
    }

    [Theory] // MAPPING 11.1, column "before 200 (X is callee)"
    [InlineData(JingleReason.Busy, 486)]
    [InlineData(JingleReason.Decline, 603)]
    [InlineData(JingleReason.Cancel, 603)]
    [InlineData(JingleReason.Gone, 480)]
    [InlineData(JingleReason.Timeout, 480)]
    [InlineData(JingleReason.FailedApplication, 488)]
    [InlineData(JingleReason.Unknown, 500)]
    public void A_reject_refuses_the_INVITE_with_its_reason(JingleReason reason, int status)
    {
        var (call, effects) = Run(CallSamples.In(CallState.RingingUser), new CallEvent.Rejected(new JingleReasonInfo(reason)));
        Assert.Equal(CallState.Ended, call.State);
        Assert.Contains(effects, effect => effect is CallEffect.RefuseInvite refused && refused.Status == status);
    }

    [Fact] // J-34
    public void A_call_completed_elsewhere_is_retracted_with_that_text()
    {
        var (_, effects) = Run(
            CallSamples.In(CallState.RingingUser), new CallEvent.SipCancelled(new SipReason("SIP", 200, "Call completed elsewhere")));
        Assert.Contains(
            effects, effect => effect is CallEffect.SendRetract { Reason: { Condition: JingleReason.Cancel, Text: "Call completed elsewhere" } });
    }

    [Fact] // J-2
    public void The_namespace_of_the_device_that_answers_is_the_calls_from_then_on()
    {
        var (call, _) = Run(
            CallSamples.In(CallState.RingingUser), new CallEvent.DeviceProceeded(CallSamples.Tablet, JingleMessageNamespace.V1));
        Assert.Equal(JingleMessageNamespace.V1, call.Namespace);
        Assert.Equal(CallSamples.Tablet, call.Device);
    }

    private static (Call Next, List<CallEffect> Effects) Run(Call call, CallEvent e)
    {
        var transition = call.On(e);
        return (transition.Next, [.. transition.Effects]);
    }

    private static (Call Call, List<CallEffect> Effects) Play(Call call, params string[] events)
    {
        var all = new List<CallEffect>();
        foreach (var name in events)
        {
            (call, var effects) = Run(call, CallSamples.Event(name));
            all.AddRange(effects);
        }

        return (call, all);
    }
}
