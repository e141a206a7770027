using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.Addresses;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;
using static Gateway.Mapping.Tests.Addresses.Plans;

namespace Gateway.Mapping.Tests.Addresses;

/// <summary>One device of an XMPP user in SIP: RFC 5627, RFC 7247 sections 6.4 and 6.5.</summary>
public sealed class DeviceNamesTests
{
    private const string Full = "juliet@example.org/balcony";

    private static AddressPlan Shown { get; } = new(Options with { ExposeResource = true });

    [Theory] // A-2
    [InlineData("sip:juliet@example.org;gr=balcony", Full)]
    [InlineData("sip:juliet%40example.org@198.51.100.7:5060;transport=tcp;gr=balcony", Full)]
    [InlineData("sip:1001@anything.example;gr=balcony", Full)] // an alias
    [InlineData("sip:juliet@example.org;gr=bal%20c%c3%b3ny%3bx%3e", "juliet@example.org/bal cóny;x>")]
    [InlineData("sip:juliet@example.org", null)]
    [InlineData("sip:juliet@example.org;gr", null)] // A-17: a temporary one has no value
    [InlineData("sip:juliet@example.org;gr=%00", null)]
    [InlineData("sip:juliet@example.org;gr=%ff", null)]
    public void A_request_URI_may_mean_one_device(string uri, string? device)
    {
        var plan = Plan();
        Assert.Equal("juliet@example.org", plan.ToXmpp(uri));
        Assert.Equal(device, plan.DeviceOf(Uri(uri), Juliet)?.ToString());
    }

    [Fact] // A-16
    public void A_resource_is_not_shown_unless_the_operator_wants_that()
    {
        var identity = Plan().XmppCallerToSip(Jid.Parse(Full)).Uri;
        Assert.Equal("sip:juliet@example.org", identity.ToString());
        Assert.Equal("sip:juliet@example.org;gr=abc", Plan().Devices.Contact(identity, Jid.Parse(Full), "abc").ToString());
    }

    [Fact] // A-15, A-16
    public void A_resource_that_is_shown_is_escaped_and_is_no_assertion_about_the_user()
    {
        var caller = Jid.Parse("juliet@example.org/bal cóny;x>?");
        var identity = Shown.XmppCallerToSip(caller);

        Assert.Equal("sip:juliet@example.org;gr=bal%20c%C3%B3ny%3Bx%3E%3F", identity.Uri.ToString());
        Assert.Equal("sip:juliet@example.org", DeviceNames.UserOf(identity).Uri.ToString());
        Assert.Equal("sip:juliet%40example.org@198.51.100.7;gr=bal%20c%C3%B3ny%3Bx%3E%3F", Shown.Devices.Contact(identity.Uri, caller, "abc").ToString());
        Assert.Equal("sip:juliet@example.org", Shown.XmppCallerToSip(caller.Bare).Uri.ToString());
        Assert.Equal("sip:juliet@example.org;gr=abc", Shown.Devices.Contact(Uri("sip:juliet@example.org"), caller.Bare, "abc").ToString());
    }

    [Fact] // A-2, A-16
    public void Every_resource_comes_back_from_the_URI_that_shows_it()
    {
        var texts = Gen.Frequency(
            (4, Gen.Choose(' ', '~').Select(c => ((char)c).ToString())), (2, Gen.Elements(";", "=", "/", "@", "%", "%3b", ">", "?", "\"", "&")),
            (1, Gen.Elements("é", "中", "Ж"))).NonEmptyListOf().Select(string.Concat).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(texts, text =>
        {
            if (!Jid.TryParse($"juliet@example.org/{text}", out var jid, out _))
            {
                return true;
            }

            return new[] { Shown.XmppCallerToSip(jid).Uri, Shown.Devices.Contact(Uri("sip:x@y"), jid, "t") }.All(written =>
                SipUri.TryParse(written.ToString(), out var read)
                && Shown.TryToXmpp(read, out var user, out _) && user == jid.Bare && Shown.DeviceOf(read, user) == jid);
        }));
    }

    [Fact] // A-16: a name that lasts as long as the session, whatever the user part is
    public void A_sessions_name_leads_to_its_device_until_it_is_over()
    {
        var plan = Plan();
        var device = Juliet;
        plan.Devices.Add("abc", () => device);
        var contact = Uri("sip:juliet@192.0.2.1:5060;gr=abc");

        Assert.Equal("juliet@example.org", plan.ToXmpp(contact.ToString()));
        Assert.Null(plan.DeviceOf(contact, Juliet)); // no device is known yet: all of them
        device = Jid.Parse(Full);
        Assert.Equal(Full, plan.DeviceOf(contact, Juliet)?.ToString());

        plan.Devices.Remove("abc");
        Assert.Equal("fault 404", plan.ToXmpp(contact.ToString()));
    }

    [Fact]
    public void Names_of_sessions_are_not_to_be_guessed() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => DeviceNames.NewToken()).Where(token => token.Length == 16).Distinct().Count());
}
