using System.Collections.Immutable;
using System.Net;

namespace Gateway.Host.Configuration;

/// <summary>The media relay.</summary>
public sealed record MediaOptions
{
    /// <summary>Which relay carries the media.</summary>
    public MediaEngine Engine { get; init; } = MediaEngine.Embedded;

    /// <summary>
    /// Addresses of the embedded relay, one of each family or more; the first is the one that descriptions name. Empty: the
    /// address that SIP goes out from. One that this machine does not have is a router's: see <see cref="ExternalAddress"/>.
    /// </summary>
    public ImmutableArray<IPAddress> Address { get; init; } = [];

    /// <summary>What peers are told in the place of the first address of its family, as behind a router that maps ports one to one.</summary>
    public IPAddress? ExternalAddress { get; init; }

    /// <summary>STUN servers that tell clients' way through a router; none by default.</summary>
    public ImmutableArray<HostPort> StunServer { get; init; } = [];

    /// <summary>RTP ports of the embedded relay.</summary>
    public PortRange Ports { get; init; } = new(30000, 34999);

    /// <summary>The ng control ports of rtpengine, in order of preference. 2223 is what its packages configure.</summary>
    public ImmutableArray<HostPort> Rtpengine { get; init; } = [new("127.0.0.1", 2223)];
}

/// <summary>Kinds of media relays.</summary>
public enum MediaEngine
{
    /// <summary>In this process.</summary>
    Embedded,

    /// <summary>An rtpengine daemon, driven by its ng protocol.</summary>
    Rtpengine,
}

/// <summary>Ports from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
public sealed record PortRange(int First, int Last)
{
    /// <summary>Reads <c>30000-34999</c>.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out PortRange value)
    {
        value = null;
        if (text.Split('-', StringSplitOptions.TrimEntries) is [var a, var b]
            && ushort.TryParse(a, out var first) && ushort.TryParse(b, out var last) && first >= 1024 && first < last)
        {
            value = new PortRange(first, last);
            return true;
        }

        return false;
    }
}
