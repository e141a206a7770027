using Gateway.Sip.Messages;
using Gateway.Sip.Registrations;
using Gateway.Sip.Tests.UserAgent;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.Registrations;

/// <summary>An account against a registrar that the test plays, in virtual time: RFC 3261 section 10.2, MAPPING U-39.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly TestAgent _ua = new();
    private readonly Registration _registration;

    public RegistrationTests()
    {
        _registration = new Registration(_ua.Stack, new SipAccount(
            "pbx", TestAgent.Uri("sip:example.com"), TestAgent.Address("<sip:gw@example.com>"))
        {
            NextHop = TestAgent.Uri("sip:192.0.2.2"),
            Credentials = new SipCredentials("gw", "secret"),
        });
        _registration.Start();
    }

    public void Dispose() => _ua.Dispose();

    [Fact] // section 10.2
    public void Register_names_account_and_address()
    {
        var register = _ua.Request(SipMethod.Register);
        Assert.Equal("sip:example.com", register.RequestUri.ToString());
        Assert.Equal("<sip:gw@example.com>", register.To.ToString());
        Assert.Equal("sip:gw@example.com", register.From.Uri.ToString());
        Assert.Equal("<sip:gw@192.0.2.1:5060>", register.Header("Contact"));
        Assert.Equal(3600u, register.Expires);
        Assert.Equal(RegistrationPhase.Registering, _registration.Status.Phase);
    }

    [Fact] // section 22
    public void Challenge_is_answered_with_the_same_call_id_and_the_next_number()
    {
        var first = _ua.Request(SipMethod.Register);
        Challenge(first);
        var second = _ua.Request(SipMethod.Register);
        Assert.StartsWith("Digest username=\"gw\"", second.Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal((first.CallId, first.CSeq.Number + 1), (second.CallId, second.CSeq.Number));
        Accept(second, "Contact: <sip:gw@192.0.2.1:5060>;expires=3600");
        Assert.Equal(RegistrationPhase.Registered, _registration.Status.Phase);
    }

    [Theory] // section 10.2.4: the registrar's time counts, that of our own Contact before the others'
    [InlineData(new[] { "Contact: <sip:gw@192.0.2.1:5060>;expires=1000" }, 900)]
    [InlineData(new[] { "Contact: <sip:other@192.0.2.9>;expires=60, <sip:gw@192.0.2.1:5060>;expires=1000" }, 900)]
    [InlineData(new[] { "Contact: <sip:gw@192.0.2.1:5060>", "Expires: 120" }, 60)]
    [InlineData(new[] { "Contact: <sip:gw@192.0.2.1:5060>" }, 3240)]
    public void Binding_is_refreshed_in_time(string[] headers, int seconds)
    {
        var first = _ua.Request(SipMethod.Register);
        Accept(first, headers);
        _ua.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        _ua.NothingSent();
        _ua.Time.Advance(TimeSpan.FromSeconds(1));
        var again = _ua.Request(SipMethod.Register);
        Assert.Equal((first.CallId, first.From.Tag), (again.CallId, again.From.Tag));
        Assert.Null(again.To.Tag);
    }

    [Fact] // section 10.3 step 6
    public void Too_brief_is_asked_again_for_longer()
    {
        _ua.Reply(_ua.Request(SipMethod.Register), 423, "r", null, "Min-Expires: 7200");
        Assert.Equal(7200u, _ua.Request(SipMethod.Register).Expires);
    }

    [Fact] // RFC 5626 section 4.5: longer and longer, by chance between half and whole
    public void Refused_registration_backs_off_and_recovers()
    {
        var register = _ua.Request(SipMethod.Register);
        foreach (var longest in (int[])[30, 60, 120, 240, 480, 960, 1800, 1800])
        {
            _ua.Reply(register, 500, "r");
            Assert.Equal((RegistrationPhase.Failed, 500), (_registration.Status.Phase, _registration.Status.Failure?.Status));
            var waited = 0;
            for (; _ua.Network.Sent.Count == 0; waited++)
            {
                _ua.Time.Advance(TimeSpan.FromSeconds(1));
            }

            Assert.InRange(waited, longest / 2, longest);
            register = _ua.Request(SipMethod.Register);
            _ua.Network.Sent.Clear(); // its repetitions of the same second
        }

        Accept(register, "Contact: <sip:gw@192.0.2.1:5060>;expires=600");
        Assert.Equal(new RegistrationStatus(RegistrationPhase.Registered), _registration.Status);
    }

    [Fact] // section 21.5.4
    public void Wish_of_the_registrar_is_kept()
    {
        _ua.Reply(_ua.Request(SipMethod.Register), 503, "r", null, "Retry-After: 7");
        _ua.Time.Advance(TimeSpan.FromSeconds(6));
        _ua.NothingSent();
        _ua.Time.Advance(TimeSpan.FromSeconds(1));
        _ua.Request(SipMethod.Register);
    }

    [Fact] // U-37: the second refusal is final, and the account is not locked by hammering
    public void Wrong_password_fails()
    {
        Challenge(_ua.Request(SipMethod.Register));
        Challenge(_ua.Request(SipMethod.Register));
        Assert.Equal((RegistrationPhase.Failed, 401), (_registration.Status.Phase, _registration.Status.Failure?.Status));
        _ua.Time.Advance(TimeSpan.FromSeconds(14));
        _ua.NothingSent();
    }

    [Fact]
    public void Refresh_that_fails_leaves_the_binding_until_its_time_is_over()
    {
        Accept(_ua.Request(SipMethod.Register), "Contact: <sip:gw@192.0.2.1:5060>;expires=100");
        _ua.Time.Advance(TimeSpan.FromSeconds(50));
        _ua.Reply(_ua.Request(SipMethod.Register), 503, "r", null, "Retry-After: 600");
        Assert.Equal(RegistrationPhase.Registered, _registration.Status.Phase);
        _ua.Time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(RegistrationPhase.Failed, _registration.Status.Phase);
    }

    [Fact] // section 10.2.2
    public void End_takes_the_binding_back()
    {
        Accept(_ua.Request(SipMethod.Register), "Contact: <sip:gw@192.0.2.1:5060>;expires=600");
        var ended = _registration.EndAsync(CancellationToken.None);
        var last = _ua.Request(SipMethod.Register);
        Assert.Equal(0u, last.Expires);
        Assert.False(ended.IsCompleted);
        Accept(last);
        Assert.Equal(RegistrationPhase.Ended, _registration.Status.Phase);
        _ua.NothingIsLeft();
    }

    [Fact]
    public void End_while_a_request_is_out_waits_for_its_answer()
    {
        var first = _ua.Request(SipMethod.Register);
        _ = _registration.EndAsync(CancellationToken.None);
        _ua.NothingSent();
        Accept(first, "Contact: <sip:gw@192.0.2.1:5060>;expires=600");
        Accept(_ua.Request(SipMethod.Register));
        Assert.Equal(RegistrationPhase.Ended, _registration.Status.Phase);
        _ua.NothingIsLeft();
    }

    private void Challenge(SipRequest request) =>
        _ua.Reply(request, 401, "r", null, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n\", qop=\"auth\"", "Contact:");

    private void Accept(SipRequest request, params string[] headers) => _ua.Reply(request, 200, "r", null, ["Contact:", .. headers]);
}
