using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Sip.Sdp;

/// <summary>A media description: m= and the lines that belong to it (RFC 8866 section 5.14).</summary>
public sealed record SdpMedia
{
    /// <summary>audio, video, application, image, message …</summary>
    public required string Media { get; init; }

    /// <summary>Transport port; 0 refuses or removes the stream (RFC 3264 sections 6 and 8.2).</summary>
    public required int Port { get; init; }

    /// <summary>Number of ports, when stated.</summary>
    public int? PortCount { get; init; }

    /// <summary>RTP/AVP, UDP/TLS/RTP/SAVPF …</summary>
    public required string Protocol { get; init; }

    /// <summary>Payload types or other formats, in the order of preference.</summary>
    public ImmutableArray<string> Formats { get; init; } = [];

    /// <summary>i=</summary>
    public string? Title { get; init; }

    /// <summary>c= of this media; null: that of the session.</summary>
    public SdpConnection? Connection { get; init; }

    /// <summary>b= lines.</summary>
    public ImmutableArray<SdpBandwidth> Bandwidths { get; init; } = [];

    /// <summary>Lines of other letters, and further c= lines, in order.</summary>
    public ImmutableArray<SdpLine> OtherLines { get; init; } = [];

    /// <summary>a= lines in order.</summary>
    public ImmutableArray<SdpAttribute> Attributes { get; init; } = [];

    /// <summary>Whether the stream is refused or removed (RFC 3264 section 6).</summary>
    public bool IsRefused => Port == 0;

    /// <summary>The direction stated here, null when that of the session holds.</summary>
    public SdpDirection? StatedDirection => SdpAttributes.Direction(Attributes);

    /// <summary>The first attribute of this name.</summary>
    public SdpAttribute? Attribute(string name) => SdpAttributes.First(Attributes, name);

    /// <summary>The value of the first attribute of this name.</summary>
    public string? Value(string name) => Attribute(name)?.Value;

    /// <summary>The values of all attributes of this name.</summary>
    public IEnumerable<string> Values(string name) => SdpAttributes.Values(Attributes, name);

    /// <summary>Whether there is an attribute of this name.</summary>
    public bool Has(string name) => Attribute(name) is not null;

    /// <summary>The encoding of a payload type: its a=rtpmap, else the static assignment of RFC 3551.</summary>
    public bool TryRtpMap(string format, [NotNullWhen(true)] out SdpRtpMap? map) => SdpRtp.TryMap(this, format, out map);

    /// <summary>The a=fmtp parameters of a format, null when there are none (RFC 8866 section 6.15).</summary>
    public string? Fmtp(string format) => SdpRtp.Fmtp(this, format);

    /// <summary>A copy with this as the only attribute of its name, in the place of the first; at the end when new.</summary>
    public SdpMedia WithAttribute(string name, string? value = null) =>
        this with { Attributes = SdpAttributes.Set(Attributes, name, value) };

    /// <summary>A copy with another attribute at the end.</summary>
    public SdpMedia AddAttribute(string name, string? value = null) => this with { Attributes = Attributes.Add(new(name, value)) };

    /// <summary>A copy without the attributes of this name.</summary>
    public SdpMedia WithoutAttribute(string name) => this with { Attributes = Attributes.RemoveAll(a => a.Name == name) };

    /// <summary>A copy with this direction and no other.</summary>
    public SdpMedia WithDirection(SdpDirection direction) => this with { Attributes = SdpAttributes.SetDirection(Attributes, direction) };

    /// <summary>A copy that refuses the stream: port 0, same formats, no attributes (RFC 3264 section 6).</summary>
    public SdpMedia Refused() => this with { Port = 0, PortCount = null, Connection = null, Bandwidths = [], Attributes = [], OtherLines = [] };

    /// <summary>Whether both are written the same.</summary>
    public bool Equals(SdpMedia? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Media, Port, Protocol, Attributes.Length);

    /// <summary>The lines, each ended by CRLF.</summary>
    public override string ToString() => SdpWriter.ToText(this);
}
