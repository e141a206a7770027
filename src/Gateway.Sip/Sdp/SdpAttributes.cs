using System.Collections.Immutable;

namespace Gateway.Sip.Sdp;

/// <summary>What session and media do alike with their attributes.</summary>
internal static class SdpAttributes
{
    internal static SdpAttribute? First(ImmutableArray<SdpAttribute> attributes, string name)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Name == name)
            {
                return attribute;
            }
        }

        return null;
    }

    internal static IEnumerable<string> Values(ImmutableArray<SdpAttribute> attributes, string name)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Name == name && attribute.Value is not null)
            {
                yield return attribute.Value;
            }
        }
    }

    internal static ImmutableArray<SdpAttribute> Set(ImmutableArray<SdpAttribute> attributes, string name, string? value)
    {
        var at = 0;
        while (at < attributes.Length && attributes[at].Name != name)
        {
            at++;
        }

        return at == attributes.Length
            ? attributes.Add(new(name, value))
            : attributes.RemoveAll(a => a.Name == name).Insert(at, new(name, value));
    }

    internal static SdpDirection? Direction(ImmutableArray<SdpAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Value is null && Direction(attribute.Name) is { } direction)
            {
                return direction;
            }
        }

        return null;
    }

    internal static ImmutableArray<SdpAttribute> WithoutDirection(ImmutableArray<SdpAttribute> attributes) =>
        attributes.RemoveAll(a => a.Value is null && Direction(a.Name) is not null);

    internal static ImmutableArray<SdpAttribute> SetDirection(ImmutableArray<SdpAttribute> attributes, SdpDirection direction) =>
        WithoutDirection(attributes).Add(new(Name(direction)));

    internal static string Name(SdpDirection direction) => direction switch
    {
        SdpDirection.SendOnly => "sendonly",
        SdpDirection.RecvOnly => "recvonly",
        SdpDirection.Inactive => "inactive",
        _ => "sendrecv",
    };

    private static SdpDirection? Direction(string name) => name switch
    {
        "sendrecv" => SdpDirection.SendRecv,
        "sendonly" => SdpDirection.SendOnly,
        "recvonly" => SdpDirection.RecvOnly,
        "inactive" => SdpDirection.Inactive,
        _ => null,
    };
}
