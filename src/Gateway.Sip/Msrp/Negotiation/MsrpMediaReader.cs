using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gateway.Sip.Sdp;

namespace Gateway.Sip.Msrp.Negotiation;

/// <summary>Reads m=message descriptions (RFC 4975 section 8, RFC 6135, RFC 6714).</summary>
internal static class MsrpMediaReader
{
    internal const string Plain = "TCP/MSRP";

    internal const string Secure = "TCP/TLS/MSRP";

    private const int MostTypes = 64;

    /// <summary>Whether the description is one of MSRP over TCP, by its m= line.</summary>
    internal static bool IsMsrp(SdpMedia media) =>
        media.Media.Equals("message", StringComparison.OrdinalIgnoreCase)
        && (media.Protocol.Equals(Plain, StringComparison.OrdinalIgnoreCase)
            || media.Protocol.Equals(Secure, StringComparison.OrdinalIgnoreCase));

    internal static bool TryRead(
        SdpSession session, int index, [NotNullWhen(true)] out MsrpMedia? read, [NotNullWhen(false)] out string? fault)
    {
        read = null;
        var media = session.Media[index];
        var isSecure = media.Protocol.Equals(Secure, StringComparison.OrdinalIgnoreCase);
        if (!MsrpPath.TryParse(media.Value("path") ?? "", out var path))
        {
            fault = "a=path is missing or malformed";
            return false;
        }

        if (path.First.IsSecure != isSecure || path.Uris.Any(u => u.Port is null || u.Transport != "tcp"))
        {
            fault = "a=path does not fit the m= line, or names no port";
            return false;
        }

        var types = Types(media.Value("accept-types"));
        if (types.IsEmpty || session.ConnectionOf(media) is not { } connection)
        {
            fault = "a=accept-types or c= is missing";
            return false;
        }

        fault = null;
        read = new MsrpMedia
        {
            Index = index,
            Path = path,
            AcceptTypes = types,
            AcceptWrappedTypes = Types(media.Value("accept-wrapped-types")),
            MaxSize = long.TryParse(media.Value("max-size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null,
            Setup = Setup(session.InheritedValue(media, "setup")),
            HasCema = media.Has("msrp-cema"),
            Address = connection.Address,
            Port = media.Port,
            Fingerprints = MsrpFingerprints.Read(media.Values("fingerprint").Concat(session.Values("fingerprint"))),
            Direction = session.StatedDirectionOf(media),
        };
        return true;
    }

    private static MsrpSetup Setup(string? value) => value switch
    {
        "active" => MsrpSetup.Active,
        "passive" => MsrpSetup.Passive,
        "actpass" => MsrpSetup.ActPass,
        _ => MsrpSetup.Unstated,
    };

    private static ImmutableArray<string> Types(string? list) =>
        [.. (list ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(MostTypes)];
}
