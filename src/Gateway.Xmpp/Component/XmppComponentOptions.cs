using System.Globalization;

namespace Gateway.Xmpp.Component;

/// <summary>How to reach the XMPP server, and how much to take from it.</summary>
public sealed record XmppComponentOptions
{
    /// <summary>Port for components where <see cref="Server"/> names none: Prosody's and ejabberd's default.</summary>
    public const int DefaultPort = 5347;

    /// <summary>The component's domain.</summary>
    public required string Domain { get; init; }

    /// <summary>Where the server accepts components: <c>host</c>, <c>host:port</c>, <c>[IPv6]:port</c>.</summary>
    public string Server { get; init; } = $"127.0.0.1:{DefaultPort}";

    /// <summary>The secret shared with the server. Never logged.</summary>
    public required string Secret { get; init; }

    /// <summary>Largest stanza taken, in octets. Twenty-five times what every server must pass (RFC 6120 section 13.12).</summary>
    public int MaxStanzaOctets { get; init; } = 256 * 1024;

    /// <summary>Deepest element of a stanza; a Jingle offer within a forwarded message has about fifteen levels.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Most attributes of one element.</summary>
    public int MaxAttributes { get; init; } = 64;

    /// <summary>Most stanzas that wait to be written.</summary>
    public int MaxQueuedStanzas { get; init; } = 4096;

    /// <summary>Age at which a waiting stanza is dropped: what it says is no longer true.</summary>
    public TimeSpan MaxQueueAge { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for connecting and for the handshake together.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which the server is pinged (XEP-0199).</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence after a ping that means that the link is dead.</summary>
    public TimeSpan PingPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest pause between two attempts to connect.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The domain that the watchdog pings: the server's own. By default the component's without its first label.</summary>
    public string? ServerDomain { get; init; }

    internal string PingTarget => ServerDomain
        ?? (Domain.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && dot + 1 < Domain.Length ? Domain[(dot + 1)..] : Domain);

    /// <summary>Splits <see cref="Server"/>; false when it is no address.</summary>
    public bool TryGetEndpoint(out string host, out int port)
    {
        (host, port) = (Server, DefaultPort);
        var colon = Server.LastIndexOf(':');
        var bracket = Server.LastIndexOf(']');
        if (colon > bracket && (bracket >= 0 || Server.IndexOf(':', StringComparison.Ordinal) == colon))
        {
            host = Server[..colon];
            if (!int.TryParse(Server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
                || port is 0 or > ushort.MaxValue)
            {
                return false;
            }
        }

        host = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return host.Length > 0;
    }

    /// <summary>For logs: without the secret.</summary>
    public override string ToString() => $"{Domain} at {Server}";
}
