using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Host.Configuration.Reading;
using Gateway.Sip.Msrp;

namespace Gateway.Host.Configuration.Sections;

/// <summary>Sip.Msrp: where sessions of messages are reached, and the relay that they go through.</summary>
/// <param name="Listen">Listeners.</param>
/// <param name="Relay">Null: none.</param>
/// <param name="Authorities">PEM file; null: the system's alone.</param>
internal sealed record MsrpSection(ImmutableArray<ListenAddress> Listen, MsrpRelay? Relay, string? Authorities)
{
    private const string RelayRemedy = "Write the URI of the relay, such as \"msrps://relay.example.net:2855;tcp\"";

    private static readonly string[] Account = ["Username", "Password"];
    private static readonly string[] OfRelay = [.. Account, "Lifetime"];

    public static MsrpSection Read(SectionReader section, ImmutableArray<string>.Builder notices)
    {
        var listen = section.List<ListenAddress>(
            "Listen", [], TryListen, "Write tcp:address:port or tls:address:port, such as \"tcp:0.0.0.0:2855\"");
        var uri = section.Value<MsrpUri?>("Relay", null, TryRelay, RelayRemedy);
        var username = section.Value<string?>("Username", null, AddressText.TryAny, "Write the user name of the account at the relay");
        var password = section.Secret("Password", required: false, "");
        var lifetime = section.Duration("Lifetime", TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
        var authorities = SipSection.ReadFileName(section, "Authorities");
        if (authorities is not null && AuthoritiesFault(authorities) is { } fault)
        {
            section.Fault("Authorities", $"no certificate can be read: {fault.TrimEnd('.')}", "Name a readable PEM file with certificates");
        }

        if (!section.Has("Relay"))
        {
            foreach (var key in OfRelay.Where(section.Has))
            {
                section.Fault("Relay", $"missing beside {key}", $"{RelayRemedy}, or remove {key}"); // a password is not shown
            }
        }
        else
        {
            // A relay of RFC 4976 challenges everybody (section 5.1).
            foreach (var key in Account.Where(key => !section.Has(key)))
            {
                section.Fault(key, "missing beside Relay", "Write the account at the relay: Username and Password");
            }
        }

        if (uri is { IsSecure: false })
        {
            notices.Add("Sip.Msrp.Relay is reached without TLS: what is said, and who it is said to, crosses the network in the clear.");
        }

        section.End();
        return new MsrpSection(
            listen,
            uri is not null && username is not null && password is not null
                ? new MsrpRelay(uri, username, password.Reveal()) { Lifetime = lifetime }
                : null,
            authorities);
    }

    private static string? AuthoritiesFault(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count == 0 ? "there is none" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return e.Message;
        }
    }

    private static bool TryListen(string text, [MaybeNullWhen(false)] out ListenAddress value) =>
        ListenAddress.TryParse(text, out value) && value.Transport is "tcp" or "tls";

    /// <summary>A relay itself has no session and no user; the transport may be left out, for there is one only.</summary>
    private static bool TryRelay(string text, [MaybeNullWhen(false)] out MsrpUri? value) =>
        MsrpUri.TryParse(text.Contains(';', StringComparison.Ordinal) ? text : text + ";tcp", out value)
        && value is { SessionId: null, User: null, Transport: "tcp" };
}
