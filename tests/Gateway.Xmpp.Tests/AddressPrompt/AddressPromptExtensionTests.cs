using Gateway.Xmpp.AddressPrompt;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Tests.Component;

namespace Gateway.Xmpp.Tests.AddressPrompt;

public sealed class AddressPromptExtensionTests : IDisposable
{
    private readonly RoutedStanzas _routed = new(new StanzaRouter().Register(new AddressPromptExtension(new Sink())));

    public void Dispose() => _routed.Dispose();

    [Fact] // K-9, XEP-0100 section 6.3
    public void Prompt_is_told()
    {
        _routed.Receive(Query("get", "sip.example.org", ""));

        Assert.Equal("Whom?Address", Assert.Single(_routed.Sent).Elements().Single().Value);
    }

    [Fact]
    public void Typed_address_becomes_a_jid()
    {
        _routed.Receive(Query("set", "sip.example.org", "<prompt> romeo@montague.lit </prompt>"));

        Assert.Equal(@"romeo\40montague.lit@sip.example.org", Assert.Single(_routed.Sent).Elements().Single().Value);
    }

    [Theory]
    [InlineData("sip.example.org", "<prompt>nonsense</prompt>", "item-not-found")]
    [InlineData("sip.example.org", "<prompt> </prompt>", "bad-request")]
    [InlineData("sip.example.org", "", "bad-request")]
    [InlineData("romeo@sip.example.org", "<prompt>a@b</prompt>", "service-unavailable")]
    public void What_cannot_be_found_is_refused(string to, string content, string condition)
    {
        _routed.Receive(Query("set", to, content));

        Assert.Equal(("error", condition), _routed.TheAnswer());
    }

    private static string Query(string type, string to, string content) =>
        $"<iq from='juliet@example.org/b' to='{to}' type='{type}' id='1'><query xmlns='jabber:iq:gateway'>{content}</query></iq>";

    private sealed class Sink : IAddressPromptSink
    {
        public string Description => "Whom?";

        public string Prompt => "Address";

        public Jid? Find(Jid asker, string typed) =>
            typed.Contains('@', StringComparison.Ordinal) ? Jid.Parse($"{JidEscaping.Escape(typed)}@sip.example.org") : null;
    }
}
