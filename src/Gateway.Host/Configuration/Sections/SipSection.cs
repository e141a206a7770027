using System.Collections.Immutable;
using Gateway.Host.Configuration.Reading;

namespace Gateway.Host.Configuration.Sections;

/// <summary>Sip without its trunks, which <see cref="TrunksSection"/> reads from the same section.</summary>
internal static class SipSection
{
    private const string ListenRemedy = "Write transport:address:port, such as \"udp:0.0.0.0:5060\"";

    public static SipOptions Read(SectionReader section, ImmutableArray<string>.Builder notices)
    {
        var defaults = new SipOptions();
        var options = new SipOptions
        {
            Listen = section.List<ListenAddress>("Listen", defaults.Listen, ListenAddress.TryParse, ListenRemedy),
            AdvertisedHost = section.Value<string?>(
                "AdvertisedHost", null, AddressText.TryHost, "Write a host name or address, without a port"),
            TlsCertificate = section.Value<string?>("TlsCertificate", null, AddressText.TryAny, "Name a PEM file"),
            TlsKey = section.Value<string?>("TlsKey", null, AddressText.TryAny, "Name a PEM file"),
            MsrpListen = ReadMsrp(section.Section("Msrp")),
        };

        if (options.Listen.IsEmpty)
        {
            section.Fault("Listen", "nothing to listen on", ListenRemedy);
        }

        foreach (var listener in options.Listen.Where(l => l is { Transport: not ("udp" or "tcp") }))
        {
            section.Fault(
                "Listen", $"\"{listener}\" is not available in this version",
                "Use udp: or tcp:, behind a SIP proxy that ends TLS or WebSocket");
        }

        foreach (var twice in options.Listen.Where(l => l is { EndPoint.Port: > 0 }).GroupBy(l => l.ToString()).Where(g => g.Count() > 1))
        {
            section.Fault("Listen", $"\"{twice.Key}\" is written twice", "Keep one of the two");
        }

        var isSecure = options.MsrpListen.Any(one => one is { Transport: "tls" });
        if (isSecure && options.TlsCertificate is null)
        {
            section.Fault("Msrp.Listen", "tls: needs a certificate", "Name a PEM file in Sip.TlsCertificate");
        }

        if (!isSecure && (options.TlsCertificate is not null || options.TlsKey is not null))
        {
            notices.Add("Sip.TlsCertificate and Sip.TlsKey have no effect: only Sip.Msrp can listen on tls: in this version.");
        }

        return options;
    }

    private static ImmutableArray<ListenAddress> ReadMsrp(SectionReader section)
    {
        var listen = section.List<ListenAddress>(
            "Listen", [], TryMsrp, "Write tcp:address:port or tls:address:port, such as \"tcp:0.0.0.0:2855\"");
        section.End();
        return listen;
    }

    private static bool TryMsrp(string text, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out ListenAddress value) =>
        ListenAddress.TryParse(text, out value) && value.Transport is "tcp" or "tls";
}
