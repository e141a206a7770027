using System.Collections.Immutable;

namespace Gateway.Xmpp.VCard;

/// <summary>What we say of somebody behind the gateway.</summary>
/// <param name="Name">Name to show.</param>
public sealed record VCardCard(string Name)
{
    /// <summary>Address in its own network, as a URI; null for none.</summary>
    public string? Uri { get; init; }

    /// <summary>Telephone number, null for none.</summary>
    public string? Telephone { get; init; }

    /// <summary>Picture, null for none.</summary>
    public VCardPhoto? Photo { get; init; }
}

/// <summary>A picture.</summary>
/// <param name="MediaType">Such as <c>image/png</c>.</param>
/// <param name="Content">The bytes.</param>
/// <param name="Sha1">Lower-case hexadecimal SHA-1 of the bytes, by which clients know it (XEP-0153 section 3.1).</param>
public sealed record VCardPhoto(string MediaType, ImmutableArray<byte> Content, string Sha1);

/// <summary>Knows who is behind our addresses.</summary>
public interface IVCardSource
{
    /// <summary>The card of an address of ours, for an entity that asks; null when there is none for it.</summary>
    VCardCard? Find(Addresses.Jid asker, Addresses.Jid asked);
}
