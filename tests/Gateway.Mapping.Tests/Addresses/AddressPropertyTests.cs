using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Addresses;

/// <summary>Design section 3: JID to URI to JID is the identity, no input throws, nothing crosses unescaped.</summary>
public sealed class AddressPropertyTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2000);

    // Whatever a user part may hold, the troublesome over-represented.
    private static readonly Gen<string> UserText = Gen
        .Frequency(
            (6, Gen.Choose('!', '~').Select(c => ((char)c).ToString())),
            (3, Gen.Elements("%", "@", "\\", " ", "\"", "&", "'", "/", ":", "<", ">", ";", "?", "+", "=", "#", "[", "]")),
            (2, Gen.Elements(@"\20", @"\22", @"\26", @"\27", @"\2f", @"\3a", @"\3c", @"\3e", @"\40", @"\5c", @"\5C", @"\2F", "%40", "%25")),
            (1, Gen.Elements("é", "ß", "Ж", "中", "א", "𝒜", "İ", "ﬁ", "Ａ")))
        .NonEmptyListOf().Select(string.Concat);

    private static readonly Gen<string> Host = Gen.Elements(
        "shakespeare.lit", "pbx.example.net", "elsewhere.example", "192.0.2.77", "[2001:db8::1]", "a-b.c_d.example", "203.0.113.5", "192.0.2.10");

    private static readonly Gen<int?> Port = Gen.Frequency((3, Gen.Constant<int?>(null)), (1, Gen.Choose(1, 65535).Select(p => (int?)p)));

    private static readonly Gen<JidStyle> Style = Gen.Elements(JidStyle.Percent, JidStyle.Escape);

    // Any text at all.
    private static readonly Gen<string> Noise = ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "");

    [Fact]
    public void A_SIP_address_comes_back_from_its_JID()
    {
        var cases = (from user in UserText from host in Host from port in Port from style in Style select (user, host, port, style)).ToArbitrary();
        Check.One(Thorough, Prop.ForAll(cases, c =>
        {
            var address = new SipAddress(c.user, c.host, c.port);
            return !JidLocalpart.TryWrite(address, c.style, out var localpart, out _)
                || (JidLocalpart.TryRead(localpart, out var read, out _) && read == address);
        }));
    }

    [Fact]
    public void A_JID_comes_back_from_its_SIP_URI_in_both_styles()
    {
        var cases = (from user in UserText from host in Host from port in Port from written in Style from style in Style
                     select (user, host, port, written, style)).ToArbitrary();
        Check.One(Thorough, Prop.ForAll(cases, c =>
            !JidLocalpart.TryWrite(new SipAddress(c.user, c.host, c.port), c.written, out var localpart, out _)
            || !Jid.TryCreate(localpart, "sip.example.org", null, out var jid, out _)
            || ComesBack(Plans.Plan(c.style), jid)));
    }

    [Fact]
    public void A_JID_without_a_host_comes_back_too()
    {
        var cases = (from user in Gen.OneOf(UserText, Gen.Choose(0, 9).NonEmptyListOf().Select(d => "+" + string.Concat(d))) from style in Style
                     select (user, style)).ToArbitrary();
        Check.One(Thorough, Prop.ForAll(cases, c =>
            !JidEscaping.TryEscape(c.user, out var localpart)
            || !Jid.TryCreate(localpart, "sip.example.org", null, out var jid, out _)
            || ComesBack(Plans.Plan(c.style), jid)));
    }

    [Fact] // what the gateway itself writes
    public void A_caller_called_back_and_calling_again_is_the_same_JID()
    {
        var cases = (from user in UserText from host in Host from port in Port from style in Style select (user, host, port, style)).ToArbitrary();
        Check.One(Thorough, Prop.ForAll(cases, c =>
        {
            var plan = Plans.Plan(c.style);
            return !SipUri.TryCreate(c.user, c.host, c.port, "sip", out var uri)
                || !plan.TryCaller(new SipCallerClaim(new NameAddr(null, uri), Plans.Pbx), Plans.Juliet, out var caller, out _)
                || !plan.TryToSip(caller.Jid, out var target, out _)
                || AnonymousOr(plan, target, back => back == caller.Jid);
        }));
    }

    [Fact]
    public void An_XMPP_user_comes_back_from_its_SIP_URI()
    {
        var cases = (from user in UserText from domain in Gen.Elements("example.org", "partner.example")
                     from sipHost in Gen.Elements("198.51.100.7", "example.org") select (user, domain, sipHost)).ToArbitrary();
        Check.One(Thorough, Prop.ForAll(cases, c =>
        {
            var plan = new AddressPlan(Plans.Options with { SipHost = c.sipHost });
            if (!Jid.TryCreate(c.user, c.domain, null, out var user, out _))
            {
                return !JidEscaping.TryEscape(c.user, out var escaped)
                    || !Jid.TryCreate(escaped, c.domain, null, out user, out _) || UserComesBack(plan, user);
            }

            return UserComesBack(plan, user);
        }));
    }

    [Fact]
    public void No_JID_throws()
    {
        Check.One(Thorough, Prop.ForAll(Gen.OneOf(Noise, UserText).ToArbitrary(), text =>
        {
            if (Jid.TryCreate(text, "sip.example.org", null, out var jid, out _))
            {
                var plan = Plans.Plan();
                if (plan.TryToSip(jid, out var target, out _))
                {
                    Assert.DoesNotContain(target.RequestUri.ToString(), IsUnsafeInUri);
                    Assert.True(SipUri.TryParse(target.RequestUri.ToString(), out _));
                }

                plan.RememberAddressed(Plans.Juliet, jid);
            }
        }));
    }

    [Fact]
    public void No_SIP_URI_throws_or_reaches_XMPP_unescaped()
    {
        var cases = (from user in Gen.OneOf(Noise, UserText) from host in Host select (user, host)).ToArbitrary();
        Check.One(Thorough, Prop.ForAll(cases, c =>
        {
            if (!SipUri.TryCreate(c.user.Length == 0 ? null : c.user, c.host, null, "sip", out var uri)
                || !SipUri.TryParse(uri.ToString(), out uri))
            {
                return;
            }

            var plan = Plans.Plan();
            plan.TryToXmpp(uri, out var user, out _);
            plan.TryCaller(new SipCallerClaim(new NameAddr(c.user, uri), Plans.Pbx), Plans.Juliet, out var caller, out _);
            plan.TryCaller(new SipCallerClaim(new NameAddr(c.user, uri), Plans.Stranger), Plans.Juliet, out _, out _);
            foreach (var jid in new[] { user, caller?.Jid }.OfType<Jid>())
            {
                Assert.DoesNotContain(jid.Local!, c => char.IsControl(c) || "\"&'/:<>@ ".Contains(c, StringComparison.Ordinal));
                Assert.True(Jid.TryParse(jid.ToString(), out var again, out _) && again == jid);
            }

            Assert.True(caller?.DisplayName is not { } name || !name.Any(char.IsControl));
        }));
    }

    private static bool IsUnsafeInUri(char c) => char.IsControl(c) || c > '~' || "\"<>\\^`{|} ".Contains(c, StringComparison.Ordinal);

    private static bool UserComesBack(AddressPlan plan, Jid user) =>
        SipUri.TryParse(plan.XmppCallerToSip(user).Uri.ToString(), out var uri)
        && plan.TryToXmpp(uri, out var again, out _) && again == user;

    // As in life: an XMPP user calls the JID, then is called back by the URI that the call went to.
    private static bool ComesBack(AddressPlan plan, Jid jid)
    {
        if (!plan.TryToSip(jid, out var target, out _))
        {
            return true;
        }

        plan.RememberAddressed(Plans.Juliet, jid);
        return AnonymousOr(plan, target, back => back == jid);
    }

    private static bool AnonymousOr(AddressPlan plan, SipTarget target, Func<Jid, bool> check) =>
        SipUri.TryParse(target.RequestUri.ToString(), out var uri)
        && plan.TryCaller(new SipCallerClaim(new NameAddr(null, uri), Plans.Pbx), Plans.Juliet, out var caller, out _)
        && (caller.IsAnonymous || check(caller.Jid));
}
