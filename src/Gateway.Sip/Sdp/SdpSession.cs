using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Sip.Sdp;

/// <summary>
/// A session description (RFC 8866). Nothing read is lost: lines of letters that it does not know are kept, and written
/// in the order of section 5.
/// </summary>
public sealed record SdpSession
{
    /// <summary>The media type of descriptions.</summary>
    public const string ContentType = "application/sdp";

    /// <summary>o=</summary>
    public required SdpOrigin Origin { get; init; }

    /// <summary>s=, <c>-</c> for none.</summary>
    public string SessionName { get; init; } = "-";

    /// <summary>i=, u=, e= and p= lines in order.</summary>
    public ImmutableArray<SdpLine> Information { get; init; } = [];

    /// <summary>c= of the session, for media without one.</summary>
    public SdpConnection? Connection { get; init; }

    /// <summary>b= lines.</summary>
    public ImmutableArray<SdpBandwidth> Bandwidths { get; init; } = [];

    /// <summary>t=, r= and z= lines in order; <c>t=0 0</c> in every offer (RFC 3264 section 5).</summary>
    public ImmutableArray<SdpLine> Timing { get; init; } = [new('t', "0 0")];

    /// <summary>Lines of other letters (k= among them) in order.</summary>
    public ImmutableArray<SdpLine> OtherLines { get; init; } = [];

    /// <summary>a= lines of the session in order.</summary>
    public ImmutableArray<SdpAttribute> Attributes { get; init; } = [];

    /// <summary>Media descriptions in order; the order never changes within a dialog (RFC 3264 section 8).</summary>
    public ImmutableArray<SdpMedia> Media { get; init; } = [];

    /// <summary>Reads a description; line ends may be CRLF or LF.</summary>
    /// <param name="text">The description.</param>
    /// <param name="session">What was read.</param>
    /// <param name="fault">What is wrong, without quoting the input.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SdpSession? session, [NotNullWhen(false)] out string? fault) =>
        SdpReader.TryRead(text, out session, out fault);

    /// <summary>The first session attribute of this name.</summary>
    public SdpAttribute? Attribute(string name) => SdpAttributes.First(Attributes, name);

    /// <summary>The value of the first session attribute of this name.</summary>
    public string? Value(string name) => Attribute(name)?.Value;

    /// <summary>The values of all session attributes of this name.</summary>
    public IEnumerable<string> Values(string name) => SdpAttributes.Values(Attributes, name);

    /// <summary>Whether there is a session attribute of this name.</summary>
    public bool Has(string name) => Attribute(name) is not null;

    /// <summary>The value of an attribute that media inherits from the session: ice-ufrag, fingerprint, setup …</summary>
    public string? InheritedValue(SdpMedia media, string name)
    {
        ArgumentNullException.ThrowIfNull(media);
        return media.Value(name) ?? Value(name);
    }

    /// <summary>The connection that holds for a media description.</summary>
    public SdpConnection? ConnectionOf(SdpMedia media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return media.Connection ?? Connection;
    }

    /// <summary>The direction attribute that holds for a media description, as stated; sendrecv by default.</summary>
    public SdpDirection StatedDirectionOf(SdpMedia media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return media.StatedDirection ?? SdpAttributes.Direction(Attributes) ?? SdpDirection.SendRecv;
    }

    /// <summary>
    /// The direction in effect: the unspecified address takes receiving away from the author (RFC 3264 section 8.4,
    /// R-12), except as the placeholder of ICE with port 9 (RFC 8839 section 4.2.5).
    /// </summary>
    public SdpDirection DirectionOf(SdpMedia media)
    {
        var stated = StatedDirectionOf(media);
        var isPlaceholder = media.Port == 9 && InheritedValue(media, "ice-ufrag") is not null;
        return ConnectionOf(media) is not { IsUnspecified: true } || isPlaceholder
            ? stated
            : stated switch
            {
                SdpDirection.SendRecv => SdpDirection.SendOnly,
                SdpDirection.RecvOnly => SdpDirection.Inactive,
                _ => stated,
            };
    }

    /// <summary>Whether the author has put every living RTP stream on hold: it receives none .</summary>
    public bool IsHold
    {
        get
        {
            var living = Media.Where(m => !m.IsRefused && m.Media is "audio" or "video").ToList();
            return living.Count > 0 && living.All(m => DirectionOf(m) is SdpDirection.SendOnly or SdpDirection.Inactive);
        }
    }

    /// <summary>A copy with one media description exchanged.</summary>
    public SdpSession WithMedia(int index, SdpMedia media) => this with { Media = Media.SetItem(index, media) };

    /// <summary>A copy with this as the only session attribute of its name.</summary>
    public SdpSession WithAttribute(string name, string? value = null) =>
        this with { Attributes = SdpAttributes.Set(Attributes, name, value) };

    /// <summary>A copy without the session attributes of this name.</summary>
    public SdpSession WithoutAttribute(string name) => this with { Attributes = Attributes.RemoveAll(a => a.Name == name) };

    /// <summary>A copy in which every media description states this direction and the session none.</summary>
    public SdpSession WithDirection(SdpDirection direction) => this with
    {
        Attributes = SdpAttributes.WithoutDirection(Attributes),
        Media = [.. Media.Select(m => m.IsRefused ? m : m.WithDirection(direction))],
    };

    /// <summary>A copy with another version in o= (U-16).</summary>
    public SdpSession WithVersion(ulong version) => this with { Origin = Origin with { Version = version } };

    /// <summary>Whether both are written the same.</summary>
    public bool Equals(SdpSession? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Origin, Media.Length, Attributes.Length);

    /// <summary>The description, lines ended by CRLF; control characters in values are dropped.</summary>
    public override string ToString() => SdpWriter.ToText(this);
}
