using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Nicknames;
using Gateway.Xmpp.VCard;

namespace Gateway.Mapping.Contacts;

/// <summary>
/// Names and pictures of SIP users as XMPP users see them: as configured for the user or its trunk, else the display name that it
/// gave last. May be used from any thread.
/// </summary>
public sealed class ContactBook : IVCardSource
{
    private const int Remembered = 20_000;

    private readonly AddressPlan _plan;
    private readonly AccessPolicy _policy;
    private readonly FrozenDictionary<Jid, (string? Name, VCardPhoto? Photo)> _configured;
    private readonly FrozenDictionary<string, (string? Name, VCardPhoto? Photo)> _trunks;
    private readonly ConcurrentDictionary<Jid, string> _given = new();

    /// <summary>Reads the options, which have been checked before.</summary>
    public ContactBook(MappingOptions options, AddressPlan plan, AccessPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(options);
        _plan = plan;
        _policy = policy;
        var configured = new Dictionary<Jid, (string?, VCardPhoto?)>();
        foreach (var (address, contact) in options.Contacts)
        {
            if (SipAddressPrompt.TryRead(plan, address) is { } jid && plan.TryCanonical(jid, out var canonical, out _))
            {
                configured[canonical] = (contact.Name, ContactPicture.Of(contact.Avatar));
            }
        }

        _configured = configured.ToFrozenDictionary();
        _trunks = options.Trunks.ToFrozenDictionary(
            trunk => trunk.Key, trunk => (trunk.Value.Contact.Name, ContactPicture.Of(trunk.Value.Contact.Avatar)));
    }

    /// <summary>A SIP user has given its name: in a call, a message, a subscription.</summary>
    public void Remember(Jid contact, string? displayName)
    {
        ArgumentNullException.ThrowIfNull(contact);
        if (SafeText.Clean(displayName) is { } name && _plan.TryCanonical(contact, out var key, out _)
            && (_given.Count < Remembered || _given.ContainsKey(key)))
        {
            _given[key] = name;
        }
    }

    /// <inheritdoc/>
    public VCardCard? Find(Jid asker, Jid asked)
    {
        ArgumentNullException.ThrowIfNull(asker);
        ArgumentNullException.ThrowIfNull(asked);
        if (!_policy.MayUse(asker))
        {
            return null;
        }

        if (asked.Local is null)
        {
            return new VCardCard("SIP gateway");
        }

        if (!_plan.TryToSip(asked, out var target, out _))
        {
            return null;
        }

        var uri = target.RequestUri;
        return new VCardCard(NameOf(asked) ?? uri.User ?? uri.Host)
        {
            Uri = (uri with { Parameters = [] }).ToString(),
            Telephone = uri.User is { } user && PhoneNumber.TryNormalizeGlobal(user, out var number) ? number : null,
            Photo = PhotoFor(asked),
        };
    }

    /// <summary>The name to show; null when only the address is known.</summary>
    public string? NameOf(Jid contact)
    {
        ArgumentNullException.ThrowIfNull(contact);
        return !_plan.TryCanonical(contact, out var key, out _) ? null
            : _configured.GetValueOrDefault(key).Name ?? _given.GetValueOrDefault(key) ?? OfTrunk(contact).Name;
    }

    /// <summary>The nickname for presence (XEP-0172); null without a name.</summary>
    internal XElement? NickOf(Jid contact) => Nickname.Element(NameOf(contact));

    /// <summary>Which picture there is, for presence (XEP-0153); null without one.</summary>
    internal XElement? PhotoOf(Jid contact) => VCardExtension.PhotoUpdate(PhotoFor(contact));

    private VCardPhoto? PhotoFor(Jid contact) => !_plan.TryCanonical(contact, out var key, out _) ? null
        : _configured.GetValueOrDefault(key).Photo ?? OfTrunk(contact).Photo;

    private (string? Name, VCardPhoto? Photo) OfTrunk(Jid contact) =>
        _plan.TryToSip(contact, out var target, out _) && target.TrunkName is { } name ? _trunks.GetValueOrDefault(name) : default;
}
