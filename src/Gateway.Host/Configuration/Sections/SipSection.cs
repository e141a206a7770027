using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Host.Configuration.Reading;

namespace Gateway.Host.Configuration.Sections;

/// <summary>Sip without its trunks, which <see cref="TrunksSection"/> reads from the same section.</summary>
internal static class SipSection
{
    private const string ListenRemedy = "Write transport:address:port, such as \"udp:0.0.0.0:5060\"";

    public static SipOptions Read(SectionReader section, ImmutableArray<string>.Builder notices)
    {
        var defaults = new SipOptions();
        var msrp = MsrpSection.Read(section.Section("Msrp"), notices);
        var options = new SipOptions
        {
            Listen = section.List<ListenAddress>("Listen", defaults.Listen, ListenAddress.TryParse, ListenRemedy),
            AdvertisedHost = section.Value<string?>(
                "AdvertisedHost", null, AddressText.TryHost, "Write a host name or address, without a port"),
            TlsCertificate = ReadFileName(section, "TlsCertificate"),
            TlsKey = ReadFileName(section, "TlsKey"),
            MsrpListen = msrp.Listen,
            MsrpRelay = msrp.Relay,
            MsrpAuthorities = msrp.Authorities,
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
        else if ((isSecure || options is { MsrpRelay.Uri.IsSecure: true, TlsCertificate: not null }) && CertificateFault(options.TlsCertificate!, options.TlsKey) is { } fault)
        {
            section.Fault(
                "TlsCertificate", $"no certificate with its key can be read: {fault.TrimEnd('.')}",
                "Name a readable PEM file, and in Sip.TlsKey that of its key, unless one file holds both");
        }

        if (!isSecure && options.MsrpRelay is not { Uri.IsSecure: true } && (options.TlsCertificate is not null || options.TlsKey is not null))
        {
            notices.Add("Sip.TlsCertificate and Sip.TlsKey have no effect: only Sip.Msrp uses them in this version, to listen on tls: or towards a relay.");
        }

        return options;
    }

    /// <summary>Relative to the configuration file, as every file that it names.</summary>
    internal static string? ReadFileName(SectionReader section, string key) =>
        section.Value<string?>(key, null, AddressText.TryAny, "Name a PEM file") is { } name ? Path.Combine(section.Folder, name) : null;

    /// <summary>Why the pair cannot be used; null when it can. Tried now: a start that fails later names no key.</summary>
    private static string? CertificateFault(string certificate, string? key)
    {
        try
        {
            X509Certificate2.CreateFromPemFile(certificate, key).Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return e.Message;
        }
    }
}
