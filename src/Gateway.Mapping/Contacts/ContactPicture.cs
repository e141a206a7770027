using System.Collections.Immutable;
using System.Security.Cryptography;
using Gateway.Xmpp.VCard;

namespace Gateway.Mapping.Contacts;

/// <summary>Pictures of contacts.</summary>
public static class ContactPicture
{
    /// <summary>Largest picture, in octets: in Base64 it fits the stanza that every server takes at least, with its neighbours (XEP-0153
    /// section 4.2 recommends less than 8 KiB, and servers allow 256 KiB and more).</summary>
    public const int MaxOctets = 64 * 1024;

    /// <summary>The media type that the first bytes tell; null for none that clients show.</summary>
    public static string? MediaTypeOf(ReadOnlySpan<byte> content) =>
        content.Length > 8 && content[0] == 0x89 && content[1..4].SequenceEqual("PNG"u8) ? "image/png"
        : content.Length > 3 && content[0] == 0xFF && content[1] == 0xD8 && content[2] == 0xFF ? "image/jpeg"
        : content.StartsWith("GIF8"u8) ? "image/gif"
        : content.Length > 12 && content.StartsWith("RIFF"u8) && content[8..12].SequenceEqual("WEBP"u8) ? "image/webp"
        : null;

    /// <summary>The picture as a card carries it; null when there is none.</summary>
    public static VCardPhoto? Of(ImmutableArray<byte> content)
    {
        if (content.IsDefaultOrEmpty || MediaTypeOf(content.AsSpan()) is not { } type)
        {
            return null;
        }

#pragma warning disable CA5350 // XEP-0153 section 3.1 asks for SHA-1; it names the picture and protects nothing
        return new VCardPhoto(type, content, Convert.ToHexStringLower(SHA1.HashData(content.AsSpan())));
#pragma warning restore CA5350
    }
}
