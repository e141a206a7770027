using System.Net;
using Gateway.Host.Configuration.Reading;

namespace Gateway.Host.Configuration.Sections;

internal static class MediaSection
{
    private const string AddressRemedy = "Write an address that media is sent to, such as \"198.51.100.7\"";
    private const string RtpengineRemedy = "Write udp:host:port of rtpengine's listen-ng, such as \"udp:127.0.0.1:2223\"";

    public static MediaOptions Read(SectionReader section)
    {
        var defaults = new MediaOptions();
        var options = new MediaOptions
        {
            Engine = section.Choice("Engine", defaults.Engine),
            Address = section.List<IPAddress>("Address", defaults.Address, TryAddress, AddressRemedy),
            ExternalAddress = section.Value<IPAddress?>("ExternalAddress", null, TryAddress!, AddressRemedy),
            StunServer = section.List<HostPort>("StunServer", defaults.StunServer, TryStun, "Write host:port, such as \"stun.example.org:3478\""),
            Ports = section.Value<PortRange>("Ports", defaults.Ports, PortRange.TryParse, "Write a range above 1023, such as \"30000-34999\""),
            Rtpengine = section.List<HostPort>("Rtpengine", defaults.Rtpengine, TryNg, RtpengineRemedy),
        };

        if (options.Engine == MediaEngine.Rtpengine && options.Rtpengine.IsEmpty)
        {
            section.Fault("Rtpengine", "no rtpengine to use", RtpengineRemedy);
        }

        section.End();
        return options;
    }

    private static bool TryAddress(string text, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out IPAddress value) =>
        IPAddress.TryParse(text, out value) && !value.Equals(IPAddress.Any) && !value.Equals(IPAddress.IPv6Any);

    private static bool TryStun(string text, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out HostPort value) =>
        HostPort.TryParse(text.StartsWith("stun:", StringComparison.OrdinalIgnoreCase) ? text["stun:".Length..] : text, 3478, out value)
        && value.Port > 0;

    private static bool TryNg(string text, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out HostPort value)
    {
        value = null;
        return text.StartsWith("udp:", StringComparison.OrdinalIgnoreCase)
            && HostPort.TryParse(text["udp:".Length..], out value) && value.Port > 0;
    }
}
