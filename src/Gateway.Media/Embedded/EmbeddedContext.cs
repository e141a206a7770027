using System.Collections.Immutable;
using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Media.Relay;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Embedded;

/// <summary>What all sessions of a relay share.</summary>
internal sealed record EmbeddedContext(
    EmbeddedRelayOptions Options,
    MediaPorts Ports,
    ImmutableArray<LocalHost> Hosts,
    IceAgentOptions Ice,
    DtlsCertificates Certificates,
    IMediaNotices Notices,
    TimeProvider Time,
    ILogger Logger);

/// <summary>Answers that need no session.</summary>
internal static class Faults
{
    public static MediaResult Unknown => MediaResult.Failed(MediaFault.Refused, "no such session");

    public static MediaResult Exhausted => MediaResult.Failed(MediaFault.Exhausted, "no port is left");
}
