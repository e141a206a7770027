using System.Diagnostics.CodeAnalysis;

namespace Gateway.Xmpp.StreamXml;

/// <summary>
/// Names that were met before. Each has one place where it may be kept, so that names which peers invent cost no more than reading
/// them, and no memory for longer than the next takes their place.
/// </summary>
internal sealed class XmlNames
{
    private const int Places = 512;
    private const int LongestKept = 64;

    private readonly XmlName?[] _met = new XmlName?[Places];

    /// <summary>The name; false when these octets are none.</summary>
    public bool TryGet(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out XmlName? name)
    {
        ref var place = ref _met[PlaceOf(octets)];
        name = place;
        if (name is not null && name.Is(octets))
        {
            return true;
        }

        if (!XmlName.TryRead(octets, out name))
        {
            return false;
        }

        if (octets.Length <= LongestKept)
        {
            place = name;
        }

        return true;
    }

    private static int PlaceOf(ReadOnlySpan<byte> octets)
    {
        var hash = 2166136261u; // FNV-1a
        foreach (var octet in octets)
        {
            hash = (hash ^ octet) * 16777619u;
        }

        return (int)((hash ^ (hash >> 16)) % Places);
    }
}
