using System.Net;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Policy;

public sealed class CallAdmissionTests
{
    private static readonly Jid Romeo = Jid.Parse("romeo%shakespeare.lit@sip.example.org");

    private readonly VirtualTime _time = new();

    [Fact]
    public void An_allowed_user_calls_a_SIP_user()
    {
        Assert.True(Admission().TryAdmit(Plans.Juliet.WithResource("phone"), Jid.Parse(@"romeo\40shakespeare.lit@sip.example.org"), out var admitted, out _));
        Assert.Equal("sip:romeo@shakespeare.lit", admitted.Target.RequestUri.ToString());
        Assert.Equal(Romeo, admitted.SipUser);
    }

    [Fact] // T-12: forbidden for policy, item-not-found for addresses
    public void Refusals_say_why_in_both_protocols()
    {
        Assert.False(Admission().TryAdmit(Jid.Parse("eve@evil.example"), Romeo, out _, out var refusal));
        Assert.Equal((403, StanzaErrorCondition.Forbidden, JingleReason.Decline), Of(refusal));
        Assert.False(Admission().TryAdmit(Jid.Parse("example.org"), Romeo, out _, out refusal));
        Assert.Equal(403, refusal.Status);
        Assert.False(Admission().TryAdmit(Plans.Juliet, Jid.Parse("sip.example.org"), out _, out refusal));
        Assert.Equal((404, StanzaErrorCondition.ItemNotFound, JingleReason.Gone), Of(refusal));
        Assert.False(Admission(new PolicyOptions { DialableDomains = ["only.example"] })
            .TryAdmit(Plans.Juliet, Jid.Parse("x%premium.example@sip.example.org"), out _, out refusal));
        Assert.Equal(403, refusal.Status);

        static (int, StanzaErrorCondition, JingleReason) Of(Refusal refusal) =>
            (refusal.Status, refusal.Error.Condition, refusal.Reason.Condition);
    }

    [Fact]
    public void A_trunk_calls_an_XMPP_user()
    {
        Assert.True(Admission().TryAdmit(Invite("sip:1001@198.51.100.7", "<sip:romeo@shakespeare.lit>", Plans.Pbx), out var admitted, out _));
        Assert.Equal(Plans.Juliet, admitted.User);
        Assert.Equal(Romeo, admitted.Caller.Jid);
        Assert.Equal("pbx", admitted.Caller.Trunk!.Name);
    }

    [Theory] // N-47: 404 only for what we do not serve; strangers learn nothing at all
    [InlineData("sip:nobody@198.51.100.7", "192.0.2.10", 404)]
    [InlineData("sip:nurse%40partner.example@198.51.100.7", "192.0.2.10", 404)]
    [InlineData("sip:nobody@198.51.100.7", "198.51.100.99", 403)]
    [InlineData("sip:nurse%40partner.example@198.51.100.7", "198.51.100.99", 403)]
    [InlineData("sip:+15551234567@pbx.example.net", "198.51.100.99", 403)] // no relay to the telephone network
    [InlineData("http://example.org", "192.0.2.10", 416)]
    public void Other_calls_are_refused(string uri, string source, int status)
    {
        Assert.False(Admission().TryAdmit(Invite(uri, "<sip:romeo@elsewhere.example>", IPAddress.Parse(source)), out _, out var refusal));
        Assert.Equal(status, refusal.Status);
    }

    [Fact] // design section 8: from trunks, or for local XMPP users
    public void Strangers_may_call_local_users_as_long_as_the_operator_lets_them()
    {
        var invite = Invite("sip:juliet@example.org", "<sip:romeo@elsewhere.example>", Plans.Stranger);

        Assert.True(Admission().TryAdmit(invite, out var admitted, out _));
        Assert.Null(admitted.Caller.Trunk);
        Assert.False(Admission(new PolicyOptions { UnknownSources = UnknownSources.Refuse }).TryAdmit(invite, out _, out var refusal));
        Assert.Equal(403, refusal.Status);
    }

    [Fact] // U-46
    public void Strangers_cannot_pose_as_users_of_a_trunk()
    {
        Assert.False(Admission().TryAdmit(Invite("sip:juliet@example.org", "<sip:1001@pbx.example.net>", Plans.Stranger), out _, out var refusal));
        Assert.Equal(403, refusal.Status);
    }

    [Fact]
    public void A_caller_has_so_many_calls_at_a_time()
    {
        var admission = Admission(new PolicyOptions { ConcurrentCalls = 2 });

        Assert.True(admission.TryAdmit(Plans.Juliet.WithResource("a"), Romeo, out var first, out _));
        Assert.True(admission.TryAdmit(Plans.Juliet.WithResource("b"), Romeo, out _, out _));
        Assert.False(admission.TryAdmit(Plans.Juliet, Romeo, out _, out var refusal));
        Assert.Equal(486, refusal.Status);
        Assert.True(admission.TryAdmit(Jid.Parse("nurse@example.org"), Romeo, out _, out _));

        first.Permit.Dispose();
        first.Permit.Dispose();
        Assert.True(admission.TryAdmit(Plans.Juliet, Romeo, out _, out _));
        Assert.False(admission.TryAdmit(Plans.Juliet, Romeo, out _, out _));
    }

    [Fact]
    public void A_caller_has_so_many_new_calls_a_minute()
    {
        var admission = Admission(new PolicyOptions { CallsPerMinute = 3 });

        for (var i = 0; i < 3; i++)
        {
            Assert.True(admission.TryAdmit(Plans.Juliet, Romeo, out var admitted, out _));
            admitted.Permit.Dispose();
        }

        Assert.False(admission.TryAdmit(Plans.Juliet, Romeo, out _, out var refusal));
        Assert.Equal(480, refusal.Status); // never 503
        Assert.Equal(60, refusal.RetryAfter);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.True(admission.TryAdmit(Plans.Juliet, Romeo, out _, out _));
        Assert.False(admission.TryAdmit(Plans.Juliet, Romeo, out _, out _));
    }

    [Fact]
    public void Strangers_are_counted_by_their_network_whatever_name_they_claim()
    {
        var admission = Admission(new PolicyOptions { CallsPerMinute = 1 });

        Assert.True(admission.TryAdmit(FromNetwork("a", "2001:db8:ffff::1"), out _, out _));
        Assert.False(admission.TryAdmit(FromNetwork("b", "2001:db8:ffff::2"), out _, out _));
        Assert.True(admission.TryAdmit(FromNetwork("c", "2001:db8:fffe::2"), out _, out _));

        static IncomingInvite FromNetwork(string user, string source) =>
            Invite("sip:juliet@example.org", $"<sip:{user}@elsewhere.example>", IPAddress.Parse(source));
    }

    [Fact]
    public void A_trunk_has_a_limit_of_its_own()
    {
        var admission = Admission(new PolicyOptions { TrunkCallsPerMinute = 2 });

        Assert.True(admission.TryAdmit(Invite("sip:1001@x.example", "<sip:anonymous@anonymous.invalid>", Plans.Pbx), out _, out _));
        Assert.True(admission.TryAdmit(Invite("sip:1001@x.example", "<sip:b@shakespeare.lit>", Plans.Pbx), out _, out _));
        Assert.False(admission.TryAdmit(Invite("sip:1001@x.example", "<sip:c@shakespeare.lit>", Plans.Pbx), out _, out _));
        Assert.True(admission.TryAdmit(Invite("sip:1001@x.example", "<sip:c@elsewhere.example>", Plans.Provider), out _, out _));
    }

    [Fact]
    public void What_limits_remember_is_bounded()
    {
        var table = new RecentTable<int, int>(3);
        for (var i = 0; i < 100; i++)
        {
            table.Set(i, i);
            Assert.True(table.TryGet(0, out _)); // in use all the time
        }

        Assert.Equal(3, table.Count);
        Assert.True(table.TryGet(0, out _));
        Assert.True(table.Remove(0));
        Assert.False(table.TryGet(0, out _));
        Assert.False(table.TryGet(50, out _));
    }

    private CallAdmission Admission(PolicyOptions? policy = null)
    {
        var options = Plans.Options with { Policy = policy ?? new PolicyOptions() };
        var plan = new AddressPlan(options);
        return new CallAdmission(options.Policy, plan, new AccessPolicy(options, plan), _time);
    }

    [Theory] // MAPPING R-29: a trunk whose calls are to be protected
    [InlineData("m=audio 4000 RTP/AVP 0", false)]
    [InlineData(null, false)]
    [InlineData("m=audio 4000 RTP/SAVP 0", true)]
    public void A_trunk_that_requires_SRTP_has_to_offer_it(string? sdp, bool admitted)
    {
        var options = Plans.Options with
        {
            Trunks = Plans.Options.Trunks.SetItem("pbx", Plans.Options.Trunks["pbx"] with { Srtp = TrunkSrtp.Required }),
        };
        var plan = new AddressPlan(options);
        var admission = new CallAdmission(options.Policy, plan, new AccessPolicy(options, plan), _time);

        Assert.Equal(admitted, admission.TryAdmit(Invite("sip:1001@198.51.100.7", "<sip:romeo@shakespeare.lit>", Plans.Pbx) with { Sdp = sdp }, out _, out var refusal));
        Assert.Equal(admitted ? null : 488, refusal?.Status);
    }

    private static IncomingInvite Invite(string uri, string from, IPAddress source) => new(
        Plans.Uri(uri), Plans.Name(from), Plans.Name($"<{uri}>"), "call", "tag", null, new IPEndPoint(source, 5060));
}
