using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Addresses;

public sealed class CallerTests
{
    [Theory] // A-10: what the gateway writes unasked
    [InlineData("<sip:romeo@shakespeare.lit>;tag=1", @"romeo%shakespeare.lit", @"romeo\40shakespeare.lit")]
    [InlineData("<sip:romeo@pbx.example.net>", "romeo%pbx.example.net", @"romeo\40pbx.example.net")]
    [InlineData("<sip:romeo@elsewhere.example:5099>", @"romeo%elsewhere.example\3a5099", @"romeo\40elsewhere.example\3a5099")]
    [InlineData("<sip:+15551234567@pbx.example.net;user=phone>", "+15551234567", "+15551234567")]
    [InlineData("<sip:+1-555-123-4567;ext=7@pbx.example.net>", "+15551234567", "+15551234567")] // A-19
    [InlineData("<sip:1001@pbx.example.net:5070>", @"1001%pbx.example.net\3a5070", @"1001\40pbx.example.net\3a5070")]
    [InlineData("<sip:1001@pbx.example.net>", "1001", "1001")]
    [InlineData("<tel:+1-555-123-4567>", "+15551234567", "+15551234567")]
    [InlineData("<sip:1001@192.0.2.10:5080>", "1001", "1001")] // the PBX's own address is not a domain
    [InlineData("<sip:1001@198.51.100.7>", "1001", "1001")] // nor is ours
    [InlineData("<sip:1001@example.org>", "1001", "1001")]
    [InlineData("<sip:d'art%25agnan%20x@shakespeare.lit>", @"d\27art%agnan\20x%shakespeare.lit", @"d\27art%agnan\20x\40shakespeare.lit")]
    public void A_trunks_caller_has_a_JID(string from, string percent, string escape)
    {
        Assert.Equal($"{percent}@sip.example.org", Plans.Plan().Caller(from));
        Assert.Equal($"{escape}@sip.example.org", Plans.Plan(JidStyle.Escape).Caller(from));
    }

    [Fact]
    public void Numbers_of_another_trunk_keep_its_host_so_that_a_call_back_reaches_it()
    {
        var plan = Plans.Plan();

        Assert.Equal("+15551234567%203.0.113.5@sip.example.org", plan.Caller("<tel:+15551234567>", Plans.Provider));
        Assert.Equal("+15551234567%203.0.113.5@sip.example.org", plan.Caller("<sip:+15551234567@203.0.113.5>", Plans.Provider));
        Assert.True(plan.TryToSip(Jid.Parse("+15551234567%203.0.113.5@sip.example.org"), out var target, out _));
        Assert.Equal("provider", target.TrunkName);
    }

    [Theory] // A-3, A-5
    [InlineData("<sip:a%00b@shakespeare.lit>")]
    [InlineData("<sip:a%0D%0AX-Evil%3A1@shakespeare.lit>")]
    [InlineData("<sip:a%C3%28@shakespeare.lit>")]
    [InlineData("<sip:%20romeo@shakespeare.lit>")]
    [InlineData("<sip:a%F0%9F%98%80@shakespeare.lit>")] // PRECIS lets no emoji into a localpart
    public void A_caller_that_no_JID_can_spell_is_404(string from) => Assert.Equal("fault 404", Plans.Plan().Caller(from));

    [Theory] // A-18
    [InlineData("\"Anonymous\" <sip:anonymous@anonymous.invalid>")]
    [InlineData("<sip:Anonymous@pbx.example.net>")]
    [InlineData("<sip:pbx.example.net>")]
    [InlineData("<sip:c8oqz84zk7z@privacy.invalid>")]
    [InlineData("<sip:unknown@192.0.2.10>")]
    [InlineData("<mailto:romeo@shakespeare.lit>")]
    public void A_withheld_caller_gets_a_JID_of_this_call_only(string from)
    {
        var plan = Plans.Plan();

        Assert.True(plan.TryCaller(Plans.Claim(from), Plans.Juliet, out var first, out _));
        Assert.True(plan.TryCaller(Plans.Claim(from), Plans.Juliet, out var second, out _));
        Assert.True(first.IsAnonymous);
        Assert.Null(first.DisplayName);
        Assert.StartsWith("anonymous-", first.Jid.Local, StringComparison.Ordinal);
        Assert.NotEqual(first.Jid, second.Jid);
        Assert.False(plan.TryToSip(first.Jid, out _, out _));
    }

    [Theory] // RFC 3323 section 4.2, RFC 3325 section 9.3: XMPP is outside the trust domain
    [InlineData("id", true)]
    [InlineData("user", true)]
    [InlineData("header", true)]
    [InlineData("none", false)]
    [InlineData("session", false)]
    public void Privacy_hides_the_caller(string token, bool hidden)
    {
        var claim = Plans.Claim("\"Romeo\" <sip:romeo@shakespeare.lit>") with
        {
            Privacy = [token],
            AssertedIdentities = [Plans.Name("<sip:1234@shakespeare.lit>")],
        };

        Assert.True(Plans.Plan().TryCaller(claim, Plans.Juliet, out var caller, out _));
        Assert.Equal(hidden, caller.IsAnonymous);
    }

    [Fact] // U-46
    public void A_trusted_trunks_asserted_identity_comes_before_From()
    {
        var claim = Plans.Claim("\"Romeo\" <sip:whoever@shakespeare.lit>") with
        {
            AssertedIdentities = [Plans.Name("<tel:+15551234567>"), Plans.Name("<sip:romeo@shakespeare.lit>")],
        };

        Assert.True(Plans.Plan().TryCaller(claim, Plans.Juliet, out var caller, out _));
        Assert.Equal("romeo%shakespeare.lit@sip.example.org", caller.Jid.ToString());
        Assert.Equal("Romeo", caller.DisplayName);
        Assert.Equal("pbx", caller.Trunk!.Name);
    }

    [Fact] // U-46
    public void Asserted_identities_of_strangers_and_untrusted_trunks_are_not_believed()
    {
        var claim = Plans.Claim("<sip:romeo@elsewhere.example>") with { AssertedIdentities = [Plans.Name("<sip:king@elsewhere.example>")] };
        var trunks = Plans.Options.Trunks.SetItem("pbx", Plans.Options.Trunks["pbx"] with { TrustIdentity = false });

        Assert.True(new AddressPlan(Plans.Options with { Trunks = trunks }).TryCaller(claim, Plans.Juliet, out var caller, out _));
        Assert.Equal("romeo%elsewhere.example@sip.example.org", caller.Jid.ToString());
        Assert.True(Plans.Plan().TryCaller(claim with { Source = Plans.Stranger }, Plans.Juliet, out caller, out _));
        Assert.Equal("romeo%elsewhere.example@sip.example.org", caller.Jid.ToString());
        Assert.Null(caller.Trunk);
    }

    [Theory] // U-46
    [InlineData("<sip:1001@pbx.example.net>")]
    [InlineData("<sip:romeo@shakespeare.lit:5999>")]
    [InlineData("<sip:juliet@example.org>")]
    [InlineData("<sip:1@sip.example.org>")]
    public void A_stranger_cannot_speak_for_a_trunk_or_for_us(string from) =>
        Assert.Equal("fault 403", Plans.Plan().Caller(from, Plans.Stranger));

    [Fact]
    public void A_strangers_bare_number_is_nobodys() =>
        Assert.StartsWith("anonymous-", Plans.Plan().Caller("<tel:+15551234567>", Plans.Stranger), StringComparison.Ordinal);

    [Fact] // A-11
    public void The_letter_case_of_a_SIP_user_comes_back()
    {
        var plan = Plans.Plan();

        Assert.Equal("sip:bob@shakespeare.lit", plan.ToSip("bob%shakespeare.lit@sip.example.org"));
        Assert.Equal("bob%shakespeare.lit@sip.example.org", plan.Caller("<sip:BoB@shakespeare.lit>"));
        Assert.Equal("sip:BoB@shakespeare.lit", plan.ToSip("bob%shakespeare.lit@sip.example.org"));
        Assert.Equal("sip:BoB@shakespeare.lit", plan.ToSip(@"bob\40shakespeare.lit@sip.example.org"));
    }

    [Fact] // A-11: "in an authenticated request"
    public void The_letter_case_of_a_stranger_is_not_learnt()
    {
        var plan = Plans.Plan();

        plan.Caller("<sip:BoB@elsewhere.example>", Plans.Stranger);
        Assert.Equal("sip:bob@elsewhere.example", plan.ToSip("bob%elsewhere.example@sip.example.org"));
    }

    [Fact] // A-10
    public void A_caller_comes_from_the_JID_by_which_this_user_knows_it()
    {
        var plan = Plans.Plan();
        plan.RememberAddressed(Plans.Juliet.WithResource("phone"), Jid.Parse(@"romeo\40shakespeare.lit@sip.example.org/sip"));

        Assert.Equal(@"romeo\40shakespeare.lit@sip.example.org", plan.Caller("<sip:Romeo@shakespeare.lit>"));
        Assert.True(plan.TryCaller(Plans.Claim("<sip:romeo@shakespeare.lit>"), Jid.Parse("nurse@example.org"), out var other, out _));
        Assert.Equal("romeo%shakespeare.lit@sip.example.org", other.Jid.ToString());

        plan.RememberAddressed(Plans.Juliet, Jid.Parse("romeo%shakespeare.lit@sip.example.org"));
        Assert.Equal("romeo%shakespeare.lit@sip.example.org", plan.Caller("<sip:romeo@shakespeare.lit>"));
    }

    [Theory]
    [InlineData("192.0.2.10", "pbx")]
    [InlineData("::ffff:192.0.2.10", "pbx")]
    [InlineData("2001:db8:1:2::3", "pbx")]
    [InlineData("203.0.113.5", "provider")] // the literal host of its URI
    [InlineData("192.0.2.11", null)]
    public void A_trunk_is_known_by_where_its_requests_come_from(string source, string? name)
    {
        Plans.Plan().Trunks.TryFindBySource(System.Net.IPAddress.Parse(source), out var trunk);
        Assert.Equal(name, trunk?.Name);
    }

    [Theory] // design section 4: the addresses that are written are the addresses
    [InlineData("192.0.2.10", "provider")]
    [InlineData("203.0.113.5", null)] // the literal host of its URI
    public void A_trunk_whose_sources_are_written_has_no_others(string source, string? name)
    {
        var trunks = Plans.Options.Trunks.Remove("pbx").SetItem("provider", Plans.Options.Trunks["provider"] with { Sources = ["192.0.2.10"] });
        var plan = new AddressPlan(Plans.Options with { Trunks = trunks, DefaultTrunk = "provider" });

        plan.Trunks.TryFindBySource(System.Net.IPAddress.Parse(source), out var trunk);

        Assert.Equal(name, trunk?.Name);
    }
}
