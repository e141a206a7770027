using System.Collections.Immutable;

namespace Gateway.Mapping.Configuration;

/// <summary>What XMPP users are shown of a SIP user beside its address.</summary>
public sealed record ContactOptions
{
    /// <summary>Name to show; null: the name that it gives, else its address.</summary>
    public string? Name { get; init; }

    /// <summary>Picture: the bytes of a PNG, JPEG, GIF or WebP file; empty for none.</summary>
    public ImmutableArray<byte> Avatar { get; init; } = [];
}
