using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.State;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>
/// The address plan: which SIP URI a JID at the gateway stands for, which XMPP user a SIP URI means, and how each side's
/// callers appear on the other (RFC 7247 section 6, MAPPING section 1). May be used from any thread.
/// </summary>
public sealed class AddressPlan
{
    private const int Remembered = 100_000;

    private readonly MappingOptions _options;
    private readonly AddressMemory _memory;
    private readonly LastRead<string, ReadAddress> _read = new();
    private readonly LastRead<Jid, NameAddr> _identities = new();
    private readonly LocalDomains _localDomains;
    private readonly string _sipHost;
    private readonly string _gatewayHost;

    /// <summary>Reads the options, which have been checked before.</summary>
    /// <param name="options">The options.</param>
    /// <param name="journal">Keeps the spelling of SIP users over restarts; null: it is lost.</param>
    /// <exception cref="ArgumentException">The options were not checked.</exception>
    public AddressPlan(MappingOptions options, IStateJournal? journal = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _memory = new AddressMemory(Remembered, journal);
        Trunks = new TrunkTable(options);
        Gateway = Jid.Parse(options.GatewayDomain);
        _gatewayHost = HostPart.TryRead(Gateway.Domain, out var host, out _) ? host : Gateway.Domain;
        _sipHost = SipUri.Create(null, options.SipHost, options.SipPort).Host;
        _localDomains = new LocalDomains(options.LocalDomains);
        Callers = new CallerPlan(this, _memory);
        Users = new UserPlan(options, _localDomains, _sipHost, Gateway.Domain);
        Devices = new DeviceNames(options, _sipHost);
    }

    /// <summary>The trunks.</summary>
    public TrunkTable Trunks { get; }

    /// <summary>The component's own JID.</summary>
    public Jid Gateway { get; }

    /// <summary>The devices of XMPP users in SIP.</summary>
    internal DeviceNames Devices { get; }

    private CallerPlan Callers { get; }

    private UserPlan Users { get; }

    /// <summary>Takes the spellings of SIP users that were kept; at the start.</summary>
    public void Remember(IEnumerable<SpellingRecord> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        _memory.Fill(kept);
    }

    /// <summary>Where a JID at the gateway leads.</summary>
    /// <param name="addressed">The JID as the XMPP user wrote it, with or without resource.</param>
    /// <param name="target">The URI and the way to it.</param>
    /// <param name="fault">Why there is none.</param>
    public bool TryToSip(
        Jid addressed, [NotNullWhen(true)] out SipTarget? target, [NotNullWhen(false)] out AddressFault? fault)
    {
        target = null;
        if (!TryRead(addressed, out var address, out var canonical, out fault))
        {
            return false;
        }

        if (_memory.TryGetUser(canonical, out var spelling))
        {
            address = address with { User = spelling };
        }

        return TryRoute(address, out target, out fault);
    }

    /// <summary>
    /// The one JID that stands for all spellings of the same SIP address: the key of whatever is kept per SIP user
    /// (MAPPING A-10). Answers still come from the JID that was addressed.
    /// </summary>
    public bool TryCanonical(
        Jid addressed, [NotNullWhen(true)] out Jid? canonical, [NotNullWhen(false)] out AddressFault? fault) =>
        TryRead(addressed, out _, out canonical, out fault);

    /// <summary>Remembers that an XMPP user knows a SIP address by this JID, so that calls from that address come from
    /// it (MAPPING A-10). For allowed users only.</summary>
    public void RememberAddressed(Jid user, Jid addressed)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(addressed);
        if (TryCanonical(addressed, out var canonical, out _))
        {
            _memory.SetAddressed(user, canonical, addressed.Bare);
        }
    }

    /// <summary>The XMPP user that a Request-URI means; which of her devices, <see cref="DeviceOf"/> tells.</summary>
    public bool TryToXmpp(SipUri requestUri, [NotNullWhen(true)] out Jid? user, [NotNullWhen(false)] out AddressFault? fault)
    {
        ArgumentNullException.ThrowIfNull(requestUri);
        if (Devices.TryFind(requestUri, out var device))
        {
            (user, fault) = (device.Bare, null);
            return true;
        }

        return Users.TryFind(requestUri, out user, out fault);
    }

    /// <summary>The one device of the user that a Request-URI means (RFC 5627, MAPPING A-2); null: all of them.</summary>
    public Jid? DeviceOf(SipUri requestUri, Jid user)
    {
        ArgumentNullException.ThrowIfNull(requestUri);
        ArgumentNullException.ThrowIfNull(user);
        return Devices.DeviceOf(requestUri, user);
    }

    /// <summary>The XMPP caller's SIP identity for From: host by MAPPING A-14, name by J-27.</summary>
    /// <param name="caller">The caller; its resource is shown where the operator wants that .</param>
    /// <param name="nick">The nickname it gave (XEP-0172), if any.</param>
    public NameAddr XmppCallerToSip(Jid caller, string? nick = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var key = Devices.AreShown ? caller : caller.Bare;
        if (nick is null && _identities.TryGet(key, out var known))
        {
            return known;
        }

        var identity = new NameAddr(
            SafeText.Clean(nick) ?? SafeText.Clean(caller.Bare.ToString()), Devices.Identity(Users.UriOf(caller), caller));
        return nick is null ? _identities.Set(key, identity) : identity;
    }

    /// <summary>
    /// Who a SIP caller is to the XMPP user it calls: the JID that this user knows it by, else the canonical one, else
    /// one of this call only (MAPPING, U-46).
    /// </summary>
    /// <param name="claim">What the request says.</param>
    /// <param name="called">The XMPP user that is called.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="fault">Why it has no JID.</param>
    public bool TryCaller(
        SipCallerClaim claim, Jid called, [NotNullWhen(true)] out SipCaller? caller, [NotNullWhen(false)] out AddressFault? fault)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(called);
        return Callers.TryIdentify(claim, called, out caller, out fault);
    }

    /// <summary>Whether a host is the gateway itself, or a domain of XMPP users.</summary>
    internal bool IsOurs(string host) => host == _sipHost || host == _gatewayHost || _localDomains.HasHost(host);

    /// <summary>The canonical JID of a SIP address.</summary>
    internal bool TryWrite(SipAddress address, [NotNullWhen(true)] out Jid? jid, [NotNullWhen(false)] out AddressFault? fault)
    {
        // The bidi rule (RFC 5893) may allow just one of the two separators.
        if (TryWrite(address, _options.JidStyle, out jid, out fault) || TryWrite(address, OtherStyle, out jid, out _))
        {
            fault = null;
            return true;
        }

        return false;
    }

    private JidStyle OtherStyle => _options.JidStyle == JidStyle.Percent ? JidStyle.Escape : JidStyle.Percent;

    private bool TryWrite(
        SipAddress address, JidStyle style, [NotNullWhen(true)] out Jid? jid, [NotNullWhen(false)] out AddressFault? fault)
    {
        jid = null;
        return JidLocalpart.TryWrite(Canonical(address), style, out var localpart, out fault)
            && JidLocalpart.TryJid(localpart, Gateway.Domain, out jid, out fault);
    }

    private bool TryRead(
        Jid addressed, [NotNullWhen(true)] out SipAddress? address, [NotNullWhen(true)] out Jid? canonical,
        [NotNullWhen(false)] out AddressFault? fault)
    {
        ArgumentNullException.ThrowIfNull(addressed);
        address = null;
        canonical = null;
        if (addressed.Local is not { } localpart || addressed.Domain != Gateway.Domain)
        {
            fault = new AddressFault(AddressProblem.NotFound, "not the JID of a SIP user");
            return false;
        }

        if (_read.TryGet(localpart, out var known))
        {
            (address, canonical, fault) = (known.Address, known.Canonical, null);
            return true;
        }

        if (AnonymousCaller.IsLocalpart(localpart))
        {
            fault = new AddressFault(AddressProblem.NotFound, "the caller withheld its number");
            return false;
        }

        if (!JidLocalpart.TryRead(localpart, out var read, out fault) || !TryWrite(read, out canonical, out fault))
        {
            return false;
        }

        address = read;
        _read.Set(localpart, new ReadAddress(address, canonical));
        return true;
    }

    // Numbers of the default trunk go without its host, names with it (MAPPING 1.1; A-10).
    private SipAddress Canonical(SipAddress address)
    {
        if (address.Host is null && PhoneNumber.TryNormalizeGlobal(address.User, out var number))
        {
            return address with { User = number };
        }

        if (Trunks.Default is not { } trunk)
        {
            return address;
        }

        return PhoneNumber.IsNumber(address.User)
            ? address.Host == trunk.Domain && address.Port is null ? address with { Host = null } : address
            : address with { Host = address.Host ?? trunk.Domain };
    }

    private bool TryRoute(
        SipAddress address, [NotNullWhen(true)] out SipTarget? target, [NotNullWhen(false)] out AddressFault? fault)
    {
        target = null;
        fault = null;
        if (address.Host is null)
        {
            target = Trunks.Default is { } trunk ? ToTrunk(address, trunk) : null;
            fault = target is null ? new AddressFault(AddressProblem.NotFound, "an address without a host needs a default trunk") : null;
        }
        else if (Trunks.TryFindByHost(address.Host, address.Port, out var serving))
        {
            target = new SipTarget(Uri(address.User, address.Host, address.Port, serving), serving);
        }
        else if (IsOurs(address.Host))
        {
            fault = new AddressFault(AddressProblem.Loop, "the address leads back to the gateway"); // MAPPING U-41
        }
        else
        {
            target = Elsewhere(address);
            fault = target is null ? new AddressFault(AddressProblem.Forbidden, "no trunk serves this host") : null;
        }

        return fault is null;
    }

    private SipTarget? Elsewhere(SipAddress address) => _options.OtherDomains switch
    {
        OtherDomains.Direct => new SipTarget(SipUri.Create(address.User, address.Host!, address.Port), null),
        OtherDomains.Trunk when Trunks.Default is { } proxy =>
            new SipTarget(SipUri.Create(address.User, address.Host!, address.Port), proxy),
        _ => null,
    };

    private static SipTarget ToTrunk(SipAddress address, Trunk trunk) =>
        PhoneNumber.TryNormalizeGlobal(address.User, out var number)
            ? new SipTarget(Uri(number, trunk.Domain, null, trunk).WithParameter("user", "phone"), trunk)
            : new SipTarget(Uri(address.User, trunk.Domain, null, trunk), trunk);

    private static SipUri Uri(string user, string host, int? port, Trunk trunk) =>
        SipUri.Create(user, host, port, trunk.Uri.Scheme == "sips" ? "sips" : "sip");

    private sealed record ReadAddress(SipAddress Address, Jid Canonical);
}
