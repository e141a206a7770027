using Gateway.Mapping.Errors;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Errors;

public sealed class CallReasonsTests
{
    [Theory] // MAPPING 11.1, row for row
    [InlineData(JingleReason.Success, 603, "Q.850", 16)]
    [InlineData(JingleReason.Busy, 486, "Q.850", 17)]
    [InlineData(JingleReason.Decline, 603, "Q.850", 21)]
    [InlineData(JingleReason.Cancel, 603, "Q.850", 16)]
    [InlineData(JingleReason.Gone, 480, "Q.850", 31)]
    [InlineData(JingleReason.Timeout, 480, "SIP", 408)]
    [InlineData(JingleReason.Expired, 480, "SIP", 408)]
    [InlineData(JingleReason.ConnectivityError, 480, "Q.850", 41)]
    [InlineData(JingleReason.FailedTransport, 480, "Q.850", 41)]
    [InlineData(JingleReason.FailedApplication, 488, "SIP", 488)]
    [InlineData(JingleReason.MediaError, 488, "SIP", 488)]
    [InlineData(JingleReason.IncompatibleParameters, 488, "SIP", 488)]
    [InlineData(JingleReason.UnsupportedApplications, 488, "SIP", 488)]
    [InlineData(JingleReason.UnsupportedTransports, 488, "SIP", 488)]
    [InlineData(JingleReason.SecurityError, 488, "SIP", 488)]
    [InlineData(JingleReason.AlternativeSession, 486, "Q.850", 16)]
    [InlineData(JingleReason.GeneralError, 500, "Q.850", 31)]
    [InlineData(JingleReason.Unknown, 500, "Q.850", 31)] // Monal's application-error
    public void A_Jingle_reason_ends_the_SIP_side(JingleReason reason, int status, string protocol, int cause)
    {
        var info = new JingleReasonInfo(reason);

        Assert.Equal(new SipEnding.Refuse(status), CallReasons.ToSip(info, CallPhase.Called));
        Assert.Equal(new SipEnding.Cancel(), CallReasons.ToSip(info, CallPhase.Calling));
        var bye = Assert.IsType<SipEnding.Bye>(CallReasons.ToSip(info, CallPhase.Answered));
        Assert.Equal((protocol, cause), (bye.Reason.Protocol, bye.Reason.Cause));
    }

    [Fact]
    public void Every_reason_has_a_row()
    {
        foreach (var reason in Enum.GetValues<JingleReason>())
        {
            Assert.InRange(CallReasons.StatusFor(reason), 480, 603);
        }
    }

    [Fact] // MAPPING 11.1: "success, none"; XEP-0353 0.3.1 rejects without a reason
    public void No_reason_at_all_is_a_refusal_or_a_normal_end()
    {
        Assert.Equal(new SipEnding.Refuse(603), CallReasons.ToSip(null, CallPhase.Called));
        Assert.Equal(new SipEnding.Bye(new SipReason("Q.850", 16)), CallReasons.ToSip(null, CallPhase.Answered));
    }

    [Fact] // E-6, F-5
    public void The_users_text_goes_along_without_control_characters()
    {
        var info = new JingleReasonInfo(JingleReason.Busy, "In a\r\nmeeting\0" + new string('x', 300));

        var refuse = Assert.IsType<SipEnding.Refuse>(CallReasons.ToSip(info, CallPhase.Called));
        var bye = Assert.IsType<SipEnding.Bye>(CallReasons.ToSip(info, CallPhase.Answered));
        Assert.StartsWith("In a  meetingxxx", refuse.Phrase, StringComparison.Ordinal);
        Assert.Equal(128, refuse.Phrase!.Length);
        Assert.Equal(refuse.Phrase, bye.Reason.Text);
        Assert.Equal(
            "Session expired",
            Assert.IsType<SipEnding.Bye>(CallReasons.ToSip(new JingleReasonInfo(JingleReason.Expired), CallPhase.Answered)).Reason.Text);
    }

    [Theory] // MAPPING 11.2, row for row
    [InlineData(486, JingleReason.Busy)]
    [InlineData(600, JingleReason.Busy)]
    [InlineData(603, JingleReason.Decline)]
    [InlineData(607, JingleReason.Decline)]
    [InlineData(608, JingleReason.Decline)]
    [InlineData(403, JingleReason.Decline)] // living clients; MAPPING: security-error
    [InlineData(480, JingleReason.Timeout)] // living clients; MAPPING: gone
    [InlineData(408, JingleReason.Timeout)]
    [InlineData(487, JingleReason.Timeout)]
    [InlineData(482, JingleReason.GeneralError)]
    [InlineData(483, JingleReason.GeneralError)]
    [InlineData(440, JingleReason.GeneralError)]
    [InlineData(401, JingleReason.GeneralError)] // living clients; MAPPING: security-error
    [InlineData(407, JingleReason.GeneralError)]
    [InlineData(428, JingleReason.SecurityError)]
    [InlineData(436, JingleReason.SecurityError)]
    [InlineData(437, JingleReason.SecurityError)]
    [InlineData(438, JingleReason.SecurityError)]
    [InlineData(494, JingleReason.SecurityError)]
    [InlineData(302, JingleReason.Gone)]
    [InlineData(380, JingleReason.GeneralError)]
    [InlineData(404, JingleReason.Gone)]
    [InlineData(410, JingleReason.Gone)]
    [InlineData(484, JingleReason.Gone)]
    [InlineData(485, JingleReason.Gone)]
    [InlineData(604, JingleReason.Gone)]
    [InlineData(420, JingleReason.GeneralError)]
    [InlineData(421, JingleReason.GeneralError)]
    [InlineData(405, JingleReason.GeneralError)]
    [InlineData(501, JingleReason.GeneralError)]
    [InlineData(513, JingleReason.GeneralError)]
    [InlineData(400, JingleReason.GeneralError)]
    [InlineData(499, JingleReason.GeneralError)]
    [InlineData(415, JingleReason.IncompatibleParameters)]
    [InlineData(488, JingleReason.IncompatibleParameters)]
    [InlineData(606, JingleReason.IncompatibleParameters)]
    [InlineData(580, JingleReason.IncompatibleParameters)]
    [InlineData(500, JingleReason.GeneralError)]
    [InlineData(599, JingleReason.GeneralError)]
    [InlineData(502, JingleReason.ConnectivityError)]
    [InlineData(503, JingleReason.ConnectivityError)]
    [InlineData(504, JingleReason.ConnectivityError)]
    public void A_SIP_failure_has_a_Jingle_reason(int status, JingleReason reason)
    {
        Assert.Equal(reason, CallReasons.FromSip(new SipFailure(status, "", false)).Condition);
        if (status >= 400)
        {
            Assert.Equal(reason, CallReasons.FromBye(SipEndCause.Bye, new SipReason("SIP", status)).Condition);
        }
    }

    [Fact] // 11.2: 487 after retract
    public void A_487_to_a_retract_is_cancel()
    {
        Assert.Equal(JingleReason.Cancel, CallReasons.FromSip(new SipFailure(487, "", true), isRetracted: true).Condition);
        Assert.Equal(JingleReason.Busy, CallReasons.FromSip(new SipFailure(486, "", false), isRetracted: true).Condition);
    }

    [Theory]
    [InlineData(1, JingleReason.Gone)]
    [InlineData(28, JingleReason.Gone)]
    [InlineData(17, JingleReason.Busy)]
    [InlineData(18, JingleReason.Timeout)]
    [InlineData(19, JingleReason.Timeout)]
    [InlineData(21, JingleReason.Decline)]
    [InlineData(34, JingleReason.ConnectivityError)]
    [InlineData(38, JingleReason.ConnectivityError)]
    [InlineData(41, JingleReason.ConnectivityError)]
    [InlineData(42, JingleReason.ConnectivityError)]
    public void Q850_overrides_vague_statuses_only(int cause, JingleReason reason)
    {
        foreach (var status in (int[])[480, 500, 503])
        {
            Assert.Equal(reason, CallReasons.FromSip(Failure(status, cause)).Condition);
        }

        foreach (var status in (int[])[404, 408, 486, 488, 502, 504, 600, 603])
        {
            Assert.Equal(CallReasons.FromStatus(status), CallReasons.FromSip(Failure(status, cause)).Condition);
        }

        Assert.Equal(reason, CallReasons.FromBye(SipEndCause.Bye, new SipReason("q.850", cause)).Condition);

        static SipFailure Failure(int status, int cause) =>
            new(status, "", false) { Reasons = [new SipReason("SIP", 200), new SipReason("Q.850", cause)] };
    }

    [Fact]
    public void Q850_causes_that_say_nothing_leave_the_status() => Assert.Equal(
        JingleReason.Timeout,
        CallReasons.FromSip(new SipFailure(480, "", false) { Reasons = [new SipReason("Q.850", 31)] }).Condition);

    [Fact] // X-1; the text as clients show it
    public void The_caller_sees_code_and_phrase_unless_the_operator_hides_them()
    {
        var failure = new SipFailure(486, "Busy\r\n Here", false);

        Assert.Equal(new JingleReasonInfo(JingleReason.Busy, "SIP 486 Busy   Here"), CallReasons.FromSip(failure));
        Assert.Equal(new JingleReasonInfo(JingleReason.Busy), CallReasons.FromSip(failure, exposeText: false));
        Assert.Equal("SIP 404", CallReasons.FromSip(new SipFailure(404, "", false)).Text);
    }

    [Theory] // 11.2, last rows
    [InlineData(SipEndCause.Bye, null, 0, JingleReason.Success)]
    [InlineData(SipEndCause.Bye, "Q.850", 16, JingleReason.Success)]
    [InlineData(SipEndCause.Bye, "Q.850", 31, JingleReason.Success)]
    [InlineData(SipEndCause.Bye, "SIP", 200, JingleReason.Success)]
    [InlineData(SipEndCause.Bye, "X", 500, JingleReason.Success)]
    [InlineData(SipEndCause.SessionExpired, null, 0, JingleReason.Expired)]
    [InlineData(SipEndCause.DialogLost, null, 0, JingleReason.ConnectivityError)]
    [InlineData(SipEndCause.AckTimeout, null, 0, JingleReason.ConnectivityError)]
    public void A_dialog_that_ends_has_a_Jingle_reason(SipEndCause cause, string? protocol, int number, JingleReason reason) =>
        Assert.Equal(
            reason, CallReasons.FromBye(cause, protocol is null ? null : new SipReason(protocol, number)).Condition);

    [Fact]
    public void The_text_of_a_BYE_is_shown_unless_the_operator_hides_it()
    {
        var reason = new SipReason("Q.850", 16, "Terminated");

        Assert.Equal("Terminated", CallReasons.FromBye(SipEndCause.Bye, reason).Text);
        Assert.Null(CallReasons.FromBye(SipEndCause.Bye, reason, exposeText: false).Text);
    }

    [Fact] // J-34
    public void A_call_taken_elsewhere_is_no_missed_call()
    {
        Assert.Equal(new JingleReasonInfo(JingleReason.Cancel), CallReasons.FromCancel(null));
        Assert.Equal(new JingleReasonInfo(JingleReason.Cancel), CallReasons.FromCancel(new SipReason("Q.850", 16, "x")));
        Assert.Equal(
            new JingleReasonInfo(JingleReason.Cancel, "Taken by Nurse"), CallReasons.FromCancel(new SipReason("SIP", 200, "Taken by Nurse")));
        Assert.Equal(
            new JingleReasonInfo(JingleReason.Cancel, "Call completed elsewhere"), CallReasons.FromCancel(new SipReason("Q.850", 26)));
    }
}
