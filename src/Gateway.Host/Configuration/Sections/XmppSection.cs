using System.Diagnostics.CodeAnalysis;
using Gateway.Host.Configuration.Reading;

namespace Gateway.Host.Configuration.Sections;

internal static class XmppSection
{
    public static XmppOptions Read(SectionReader section)
    {
        var domain = section.Required<string>(
            "Domain", AddressText.TryJidDomain, "Write the component's domain, such as \"sip.example.org\"");
        var secret = section.Secret(
            "Secret", required: true, "Write the secret that the XMPP server has for this component, or { \"File\": \"/run/secrets/name\" }");
        var options = new XmppOptions(domain, secret ?? new Secret(""));
        options = options with
        {
            Server = section.Value<HostPort>(
                "Server", options.Server, TryServer, "Write host:port, such as \"127.0.0.1:5347\""),
            MaxStanzaBytes = section.Number("MaxStanzaBytes", options.MaxStanzaBytes, 65_536, 64 * 1024 * 1024),
        };
        section.End();
        return options;
    }

    private static bool TryServer(string text, [MaybeNullWhen(false)] out HostPort value) =>
        HostPort.TryParse(text, out value) && value.Port > 0;
}
