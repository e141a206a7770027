using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>
/// One device of an XMPP user in SIP: the URI parameter <c>gr</c> (RFC 5627, RFC 7247 sections 6.4 and 6.5, MAPPING ). A
/// resource tells what somebody uses and where, so it is shown only where the operator wants that; otherwise a name stands for it that
/// means something as long as the session lasts, and to this gateway alone. May be used from any thread.
/// </summary>
internal sealed class DeviceNames
{
    private const string Parameter = "gr";
    private const int TokenOctets = 8;

    private readonly ConcurrentDictionary<string, Func<Jid>> _sessions = new(StringComparer.Ordinal);
    private readonly string _sipHost;
    private readonly int? _sipPort;

    public DeviceNames(MappingOptions options, string sipHost)
    {
        AreShown = options.ExposeResource;
        _sipHost = sipHost;
        _sipPort = options.SipPort;
    }

    /// <summary>Whether SIP users see the resources of those who call or answer them.</summary>
    public bool AreShown { get; }

    /// <summary>A name for the device of one session; it leads there from <see cref="Add"/> to <see cref="Remove"/>.</summary>
    public static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenOctets));

    /// <summary>Without the device: who asserts an identity speaks of a user (RFC 3325).</summary>
    public static NameAddr UserOf(NameAddr identity) =>
        identity.Uri.HasParameter(Parameter) ? identity with { Uri = identity.Uri.WithoutParameter(Parameter) } : identity;

    /// <summary>From now on the token leads to the session's device; a bare JID while none is known.</summary>
    public void Add(string token, Func<Jid> device) => _sessions[token] = device;

    public void Remove(string token) => _sessions.TryRemove(token, out _);

    /// <summary>The user's own URI, with the device where it may be seen .</summary>
    public SipUri Identity(SipUri uri, Jid user) =>
        AreShown && user.Resource is { } resource ? uri.WithParameter(Parameter, resource) : uri;

    /// <summary>What Contact says of a session's device: requests to it reach that device, and no other.</summary>
    /// <param name="identity">The user as the SIP side knows her.</param>
    /// <param name="device">The device; a bare JID while none is known.</param>
    /// <param name="token">The session's own name for it.</param>
    public SipUri Contact(SipUri identity, Jid device, string token) => AreShown && device.Resource is { } resource
        ? SipUri.Create(device.Bare.ToString(), _sipHost, _sipPort).WithParameter(Parameter, resource) // still hers when the session is over
        : identity.WithParameter(Parameter, token);

    /// <summary>Whose session's name a URI has, if any.</summary>
    public bool TryFind(SipUri uri, [NotNullWhen(true)] out Jid? device)
    {
        device = !_sessions.IsEmpty && Named(uri) is { } name && _sessions.TryGetValue(name, out var session) ? session() : null;
        return device is not null;
    }

    /// <summary>
    /// The device of a user that a request is for; null when it is for all of them. Whoever names a resource knows it already: where
    /// there is no such, her server treats a message to it as one to her (RFC 6121 section 8.5.3.2.1), so nothing is learnt by trying.
    /// </summary>
    public Jid? DeviceOf(SipUri uri, Jid user)
    {
        if (Named(uri) is not { } name)
        {
            return null;
        }

        if (TryFind(uri, out var device) && device.Bare == user)
        {
            return device.IsFull ? device : null;
        }

        return Jid.TryParse($"{user}/{name}", out var named, out _) && named.Bare == user ? named : null;
    }

    // A temporary GRUU has the parameter without a value, and names no resource; octets that are no text name none either.
    private static string? Named(SipUri uri) => !uri.Parameters.IsEmpty && uri.Parameter(Parameter) is { Length: > 0 } name
        && !name.Contains('\uFFFD', StringComparison.Ordinal) ? name : null;
}
