using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Policy;

/// <summary>Who may use the gateway, and towards whom. Says nothing about how much: that is <see cref="CallAdmission"/>.</summary>
public sealed class AccessPolicy
{
    private readonly FrozenSet<string> _allowedDomains;
    private readonly FrozenSet<string> _allowedUsers;
    private readonly FrozenSet<string> _localDomains;
    private readonly FrozenSet<string> _aliased;
    private readonly FrozenSet<string> _dialable;
    private readonly AddressPlan _plan;

    /// <summary>Reads the options, which have been checked before.</summary>
    public AccessPolicy(MappingOptions options, AddressPlan plan)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(plan);
        var allowed = options.Policy.AllowedCallers.IsDefault
            ? [Jid.Parse(ParentOf(plan.Gateway.Domain))]
            : options.Policy.AllowedCallers.Select(Jid.Parse).ToArray();
        _allowedDomains = allowed.Where(jid => jid.Local is null).Select(jid => jid.Domain).ToFrozenSet();
        _allowedUsers = allowed.Where(jid => jid.Local is not null).Select(jid => jid.Bare.ToString()).ToFrozenSet();
        _localDomains = options.LocalDomains.Select(domain => Jid.Parse(domain).Domain).ToFrozenSet();
        _aliased = options.Aliases.Values.Select(jid => Jid.Parse(jid).Bare.ToString()).ToFrozenSet();
        _dialable = options.Policy.DialableDomains.Select(Pattern).ToFrozenSet();
        _plan = plan;
        UnknownSources = options.Policy.UnknownSources;
    }

    /// <summary>What happens to SIP requests from an address that is no trunk's.</summary>
    public UnknownSources UnknownSources { get; }

    /// <summary>Whether an XMPP entity may use the gateway: call through it, see presence of SIP users, be called.</summary>
    public bool MayUse(Jid user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return _allowedDomains.Contains(user.Domain) || (user.Local is not null && _allowedUsers.Contains(user.Bare.ToString()));
    }

    /// <summary>Whether SIP callers may reach this XMPP user: one who may use the gateway, is of a local domain, or has an
    /// alias.</summary>
    public bool MayBeCalled(Jid user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Local is not null
            && (MayUse(user) || _localDomains.Contains(user.Domain) || _aliased.Contains(user.Bare.ToString()));
    }

    /// <summary>Whether the user is of a local domain: the only ones that strangers may call.</summary>
    public bool IsLocal(Jid user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return _localDomains.Contains(user.Domain);
    }

    /// <summary>Whether a target may be called at all: what a trunk serves may, other hosts as configured (MAPPING A-21).</summary>
    public bool MayDial(SipTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var uri = target.RequestUri;
        return _dialable.Count == 0 || target.Trunk?.Serves(uri.Host, uri.Port) == true || IsDialable(uri.Host);
    }

    /// <summary>
    /// Where a redirection leads (MAPPING J-26, M-19): to the first contact that may be dialled and is not the gateway itself. A host
    /// that no trunk serves goes by the trunk that was asked. Into what a trunk serves, and so to the telephone network, only its own
    /// users may redirect: anybody else could send our users to a number that he is paid for.
    /// </summary>
    /// <param name="contacts">Of the 3xx, by preference.</param>
    /// <param name="refused">What was asked.</param>
    /// <param name="target">Where to go instead.</param>
    public bool TryFollow(ImmutableArray<SipUri> contacts, SipTarget refused, [NotNullWhen(true)] out SipTarget? target)
    {
        ArgumentNullException.ThrowIfNull(refused);
        foreach (var contact in contacts.Where(contact => contact.IsSip && !_plan.IsOurs(contact.Host)))
        {
            var isServed = _plan.Trunks.TryFindByHost(contact.Host, contact.Port, out var serving);
            target = new SipTarget(contact, isServed ? serving : refused.Trunk);
            if (MayDial(target) && (!isServed || serving!.Serves(refused.RequestUri.Host, refused.RequestUri.Port)))
            {
                return true;
            }
        }

        target = null;
        return false;
    }

    /// <summary>The trunk that a request comes from, by its source address.</summary>
    public bool TryFindTrunk(IPEndPoint source, [NotNullWhen(true)] out Trunk? trunk)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _plan.Trunks.TryFindBySource(source.Address, out trunk);
    }

    private bool IsDialable(string host)
    {
        if (_dialable.Contains(host))
        {
            return true;
        }

        for (var dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            if (_dialable.Contains($"*{host[dot..]}"))
            {
                return true;
            }
        }

        return false;
    }

    private static string Pattern(string configured)
    {
        var text = configured.ToLowerInvariant();
        return text.StartsWith("*.", StringComparison.Ordinal)
            ? $"*.{HostPart.OfConfigured(text[2..]) ?? text[2..]}"
            : HostPart.OfConfigured(text) ?? text;
    }

    private static string ParentOf(string domain) =>
        domain.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? domain[(dot + 1)..] : domain;
}
