using Gateway.Host.Configuration.Reading;

namespace Gateway.Host.Configuration.Sections;

internal static class MediaSection
{
    private const string RtpengineRemedy = "Write udp:host:port of rtpengine's listen-ng, such as \"udp:127.0.0.1:2223\"";

    public static MediaOptions Read(SectionReader section)
    {
        var defaults = new MediaOptions();
        var options = new MediaOptions
        {
            Engine = section.Choice("Engine", defaults.Engine),
            Address = section.Value<string?>("Address", null, AddressText.TryHost, "Write the address that media is sent to"),
            Ports = section.Value<PortRange>("Ports", defaults.Ports, PortRange.TryParse, "Write a range above 1023, such as \"30000-34999\""),
            Rtpengine = section.List<HostPort>("Rtpengine", defaults.Rtpengine, TryNg, RtpengineRemedy),
        };

        if (options.Engine == MediaEngine.Embedded)
        {
            section.Fault("Engine", "not available in this version", "Use \"rtpengine\", and name its ng port in Media.Rtpengine");
        }

        if (options.Rtpengine.IsEmpty)
        {
            section.Fault("Rtpengine", "no rtpengine to use", RtpengineRemedy);
        }

        section.End();
        return options;
    }

    private static bool TryNg(string text, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out HostPort value)
    {
        value = null;
        return text.StartsWith("udp:", StringComparison.OrdinalIgnoreCase)
            && HostPort.TryParse(text["udp:".Length..], out value) && value.Port > 0;
    }
}
