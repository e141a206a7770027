using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Host.Configuration.Reading;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Contacts;

namespace Gateway.Host.Configuration.Sections;

/// <summary>Names and pictures of SIP users: Mapping.Contacts, and those of a trunk.</summary>
internal static class ContactsSection
{
    public static ImmutableDictionary<string, ContactOptions> Read(SectionReader section)
    {
        var contacts = ImmutableDictionary.CreateBuilder<string, ContactOptions>();
        foreach (var (address, contact) in section.NamedSections())
        {
            contacts[address] = ReadContact(contact, "Name", "Avatar");
            contact.End();
        }

        return contacts.ToImmutable();
    }

    /// <summary>One name and picture.</summary>
    public static ContactOptions ReadContact(SectionReader section, string nameKey, string avatarKey) => new()
    {
        Name = section.Value<string?>(nameKey, null, AddressText.TryAny, "Write the name that XMPP users shall see"),
        Avatar = section.Value<ImmutableArray<byte>>(
            avatarKey, [], (string file, [MaybeNullWhen(false)] out ImmutableArray<byte> content) => TryPicture(section.Folder, file, out content),
            $"Write the path of a PNG, JPEG, GIF or WebP file of {ContactPicture.MaxOctets / 1024} KiB at most"),
    };

    private static bool TryPicture(string folder, string file, out ImmutableArray<byte> content)
    {
        content = [];
        try
        {
            var info = new FileInfo(Path.Combine(folder, file));
            if (!info.Exists || info.Length > ContactPicture.MaxOctets)
            {
                return false;
            }

            content = [.. File.ReadAllBytes(info.FullName)];
            return ContactPicture.MediaTypeOf(content.AsSpan()) is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
