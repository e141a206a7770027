using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Sip.Msrp;

/// <summary>
/// The URIs of To-Path, From-Path and a=path in order: the first is the next hop, the last the end (RFC 4975 sections 7.1
/// and 8.2). Never empty.
/// </summary>
public sealed class MsrpPath : IEquatable<MsrpPath>
{
    /// <summary>URIs of a path that is read: more relays than anybody has.</summary>
    public const int MaxUris = 8;

    /// <summary>A path of one.</summary>
    public MsrpPath(MsrpUri uri)
        : this([uri])
    {
    }

    private MsrpPath(ImmutableArray<MsrpUri> uris) => Uris = uris;

    /// <summary>All URIs.</summary>
    public ImmutableArray<MsrpUri> Uris { get; }

    /// <summary>Whom to connect to.</summary>
    public MsrpUri First => Uris[0];

    /// <summary>Whose session it is.</summary>
    public MsrpUri Last => Uris[^1];

    /// <summary>Reads URIs separated by blanks; false when one is malformed, or there are none or more than <see cref="MaxUris"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MsrpPath? path)
    {
        path = null;
        var uris = ImmutableArray.CreateBuilder<MsrpUri>(1);
        foreach (var range in text.Split((byte)' '))
        {
            var one = text[range];
            if (one.IsEmpty)
            {
                continue;
            }

            if (uris.Count == MaxUris || !MsrpUri.TryParse(one, out var uri))
            {
                return false;
            }

            uris.Add(uri);
        }

        path = uris.Count == 0 ? null : new MsrpPath(uris.ToImmutable());
        return path is not null;
    }

    /// <summary>Reads URIs separated by blanks.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MsrpPath? path)
    {
        ArgumentNullException.ThrowIfNull(text);
        path = null;
        return text.Length <= MaxUris * (MsrpUri.MaxLength + 1) && Ascii.IsValid(text)
            && TryParse(Encoding.ASCII.GetBytes(text), out path);
    }

    /// <summary>This path, and another after it.</summary>
    public MsrpPath Then(MsrpPath next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new(Uris.AddRange(next.Uris));
    }

    /// <summary>The same path from the other end.</summary>
    public MsrpPath Reversed() => new([.. Uris.Reverse()]);

    /// <inheritdoc/>
    public bool Equals(MsrpPath? other) => other is not null && Uris.AsSpan().SequenceEqual(other.Uris.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MsrpPath);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Uris.Length, Last);

    /// <summary>The URIs as written, separated by a blank.</summary>
    public override string ToString() => Uris.Length == 1 ? Uris[0].ToString() : string.Join(' ', Uris);
}
