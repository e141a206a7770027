using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Xmpp.Addresses;

/// <summary>
/// An XMPP address in its prepared form (RFC 7622): equal addresses have equal text, so comparison is ordinal.
/// Immutable and cheap: an address that is already prepared costs its substrings and nothing else.
/// </summary>
public sealed class Jid : IEquatable<Jid>
{
    /// <summary>Longest part, in octets of UTF-8 (RFC 7622 sections 3.2 to 3.4).</summary>
    public const int MaxPartOctets = 1023;

    /// <summary>Longest address: three parts and two separators. Longer input is refused before it is looked at.</summary>
    public const int MaxOctets = (3 * MaxPartOctets) + 2;

    private readonly string _text;
    private Jid? _bare;

    private Jid(string? local, string domain, string? resource)
    {
        Local = local;
        Domain = domain;
        Resource = resource;
        _text = (local, resource) switch
        {
            (null, null) => domain,
            (null, _) => $"{domain}/{resource}",
            (_, null) => $"{local}@{domain}",
            _ => $"{local}@{domain}/{resource}",
        };
    }

    /// <summary>Localpart, case-folded; null when absent. XEP-0106 escapes are left as they are .</summary>
    public string? Local { get; }

    /// <summary>Domainpart: lower-case host name in Unicode, IPv4 address, or IPv6 address in brackets.</summary>
    public string Domain { get; }

    /// <summary>Resourcepart; null when absent.</summary>
    public string? Resource { get; }

    /// <summary>True with a resource.</summary>
    public bool IsFull => Resource is not null;

    /// <summary>True without a resource.</summary>
    public bool IsBare => Resource is null;

    /// <summary>True for a domain alone, without localpart and resource.</summary>
    public bool IsDomain => Local is null && Resource is null;

    /// <summary>This address without its resource.</summary>
    public Jid Bare => Resource is null ? this : _bare ??= new Jid(Local, Domain, null);

    /// <summary>Reads an address that a peer or an operator wrote. <paramref name="fault"/> never quotes the input.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Jid? jid, [NotNullWhen(false)] out string? fault)
    {
        jid = null;
        if (string.IsNullOrEmpty(text))
        {
            fault = "the address is empty";
            return false;
        }

        if (text.Length > MaxOctets)
        {
            fault = $"the address is longer than {MaxOctets} octets";
            return false;
        }

        // RFC 7622 section 3.1: first cut at the first '/', then at the first '@' before it.
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var beforeResource = slash < 0 ? text : text[..slash];
        var at = beforeResource.IndexOf('@', StringComparison.Ordinal);
        return TryCreate(
            at < 0 ? null : beforeResource[..at],
            at < 0 ? beforeResource : beforeResource[(at + 1)..],
            slash < 0 ? null : text[(slash + 1)..],
            out jid,
            out fault);
    }

    /// <summary>Builds an address from its parts, each prepared by its own profile; null leaves a part out.</summary>
    public static bool TryCreate(
        string? local, string domain, string? resource, [NotNullWhen(true)] out Jid? jid, [NotNullWhen(false)] out string? fault)
    {
        jid = null;
        if (!DomainPart.TryPrepare(domain, out var preparedDomain, out fault))
        {
            return false;
        }

        string? preparedLocal = null;
        if (local is not null && !LocalPart.TryPrepare(local, out preparedLocal, out fault))
        {
            return false;
        }

        string? preparedResource = null;
        if (resource is not null && !ResourcePart.TryPrepare(resource, out preparedResource, out fault))
        {
            return false;
        }

        jid = new Jid(preparedLocal, preparedDomain, preparedResource);
        return true;
    }

    /// <summary>For constants of our own; throws on anything that <see cref="TryParse"/> refuses.</summary>
    public static Jid Parse(string text) =>
        TryParse(text, out var jid, out var fault) ? jid : throw new FormatException($"Not a JID: {fault}.");

    /// <summary>This address with another resource (a constant of our own: throws when it cannot be one); null removes it.</summary>
    public Jid WithResource(string? resource)
    {
        if (resource is null)
        {
            return Bare;
        }

        return ResourcePart.TryPrepare(resource, out var prepared, out var fault)
            ? new Jid(Local, Domain, prepared)
            : throw new FormatException($"Not a resource: {fault}.");
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] Jid? other) =>
        ReferenceEquals(this, other) || (other is not null && string.Equals(_text, other._text, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Jid);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(_text, StringComparison.Ordinal);

    /// <summary>The prepared form, as it goes onto the wire.</summary>
    public override string ToString() => _text;

    /// <summary>Same address.</summary>
    public static bool operator ==(Jid? left, Jid? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Another address.</summary>
    public static bool operator !=(Jid? left, Jid? right) => !(left == right);

    internal static bool FitsPart(string part) => part.Length <= MaxPartOctets && Encoding.UTF8.GetByteCount(part) <= MaxPartOctets;
}
