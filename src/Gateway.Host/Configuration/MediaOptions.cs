using System.Collections.Immutable;

namespace Gateway.Host.Configuration;

/// <summary>The media relay.</summary>
public sealed record MediaOptions
{
    /// <summary>Which relay carries the media.</summary>
    public MediaEngine Engine { get; init; } = MediaEngine.Rtpengine;

    /// <summary>Address written into session descriptions by the embedded relay; null: the listening address.</summary>
    public string? Address { get; init; }

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
