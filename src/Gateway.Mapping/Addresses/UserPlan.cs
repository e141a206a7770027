using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>How XMPP users are reached and seen in SIP (MAPPING 1.2).</summary>
internal sealed class UserPlan
{
    private readonly LocalDomains _localDomains;
    private readonly FrozenDictionary<string, Jid> _aliases;
    private readonly string _sipHost;
    private readonly int? _sipPort;
    private readonly string _gatewayDomain;
    private readonly LastRead<(string Scheme, string Host, string User), Jid> _found = new();

    public UserPlan(MappingOptions options, LocalDomains localDomains, string sipHost, string gatewayDomain)
    {
        _localDomains = localDomains;
        _aliases = options.Aliases.ToFrozenDictionary(
            alias => AliasKey(alias.Key), alias => Jid.Parse(alias.Value).Bare, StringComparer.Ordinal);
        _sipHost = sipHost;
        _sipPort = options.SipPort;
        _gatewayDomain = gatewayDomain;
    }

    public bool TryFind(SipUri uri, [NotNullWhen(true)] out Jid? user, [NotNullWhen(false)] out AddressFault? fault)
    {
        ArgumentNullException.ThrowIfNull(uri);
        user = null;
        if (!uri.IsSip && uri.Scheme != "tel")
        {
            fault = new AddressFault(AddressProblem.SchemeNotSupported, "sip, sips and tel are understood"); // MAPPING A-20
            return false;
        }

        if (string.IsNullOrEmpty(uri.User) || !uri.IsUserText)
        {
            fault = new AddressFault(AddressProblem.NotFound, "no user is named"); // MAPPING A-3
            return false;
        }

        if (_found.TryGet((uri.Scheme, uri.Host, uri.User), out user))
        {
            fault = null;
            return true;
        }

        if (_aliases.TryGetValue(AliasKey(uri.User), out var alias))
        {
            user = alias;
            fault = null;
            return true;
        }

        if (!TryRead(uri, uri.User, out user, out fault))
        {
            return false;
        }

        _found.Set((uri.Scheme, uri.Host, uri.User), user);
        return true;
    }

    /// <summary>The SIP URI of an XMPP user: of its own domain when that is ours, else its whole JID at our host .</summary>
    public SipUri UriOf(Jid user) =>
        user.Local is { } localpart && _localDomains.TryHost(user.Domain, out var host) && ComesBack(localpart, host, out var text)
            ? SipUri.Create(text, host)
            : SipUri.Create(user.Bare.ToString(), _sipHost, _sipPort);

    // Escapes that need not be there ("a\5cb") would be lost on the way back.
    private bool ComesBack(string localpart, string host, out string text)
    {
        text = JidEscaping.Unescape(localpart);
        return IsPlainAt(host, text) && !_aliases.ContainsKey(AliasKey(text))
            && JidLocalpart.TryWrite(new SipAddress(text, null), JidStyle.Percent, out var again, out _) && again == localpart;
    }

    private bool TryRead(SipUri uri, string text, [NotNullWhen(true)] out Jid? user, [NotNullWhen(false)] out AddressFault? fault)
    {
        user = null;
        var host = uri.Host.TrimEnd('.');
        if (uri.IsSip && _localDomains.TryDomain(host, out var domain) && IsPlainAt(host, text))
        {
            return TryLocal(text, domain, out user, out fault);
        }

        // A JID in the user part is kept as it is, escapes included, so that it comes back as the JID that it was.
        var whole = text.Contains('@', StringComparison.Ordinal) ? text : WithLastPercentAsAt(text);
        if (whole is null || !uri.IsSip || !Jid.TryParse(whole, out user, out _) || user.Local is null || user.Resource is not null)
        {
            user = null;
            fault = new AddressFault(AddressProblem.NotFound, "no such user");
            return false;
        }

        fault = user.Domain == _gatewayDomain ? new AddressFault(AddressProblem.Loop, "the address leads back to the gateway") : null;
        user = fault is null ? user : null;
        return fault is null;
    }

    private static bool TryLocal(string text, string domain, [NotNullWhen(true)] out Jid? user, [NotNullWhen(false)] out AddressFault? fault)
    {
        user = null;
        return JidLocalpart.TryWrite(new SipAddress(text, null), JidStyle.Percent, out var localpart, out fault)
            && JidLocalpart.TryJid(localpart, domain, out user, out fault);
    }

    // Where our own host is a domain of users too, '@' and '%' in the user part mean a whole JID, so users whose own
    // name holds one of them go by their whole JID there.
    private bool IsPlainAt(string host, string user) => host != _sipHost || user.AsSpan().IndexOfAny('@', '%') < 0;

    private static string? WithLastPercentAsAt(string text) =>
        text.LastIndexOf('%') is > 0 and var i ? $"{text[..i]}@{text[(i + 1)..]}" : null;

    private static string AliasKey(string user) => PhoneNumber.TryNormalize(user, out var number) ? number : user;
}
