using System.Diagnostics.CodeAnalysis;
using System.Net;
using Gateway.Host.Configuration.Reading;

namespace Gateway.Host.Configuration.Sections;

internal static class HttpSection
{
    public static HttpOptions Read(SectionReader section)
    {
        var defaults = new HttpOptions();
        var options = new HttpOptions
        {
            Listen = section.Value<IPEndPoint>("Listen", defaults.Listen, TryEndPoint, "Write address:port, such as \"127.0.0.1:8080\""),
            Token = section.Secret("Token", required: false, ""),
            TraceMegabytes = section.Number("TraceMegabytes", defaults.TraceMegabytes, 0, 4096),
        };

        if (!IPAddress.IsLoopback(options.Listen.Address) && !section.Has("Token"))
        {
            section.Fault(
                "Listen", "reachable from other machines, and there is no Http.Token",
                "Write a Token, or listen on 127.0.0.1");
        }

        section.End();
        return options;
    }

    private static bool TryEndPoint(string text, [MaybeNullWhen(false)] out IPEndPoint value)
    {
        value = HostPort.TryParse(text, out var where) && where.Address is { } address
            ? new IPEndPoint(address, where.Port)
            : null;
        return value is not null;
    }
}
