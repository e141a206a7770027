namespace Gateway.Host.Configuration;

/// <summary>The XEP-0114 component.</summary>
/// <param name="Domain">The component's domain.</param>
/// <param name="Secret">What it shares with the server.</param>
public sealed record XmppOptions(string Domain, Secret Secret)
{
    /// <summary>Where the server accepts components. 5347 is Prosody's default port.</summary>
    public HostPort Server { get; init; } = new("127.0.0.1", 5347);

    /// <summary>Octets of the largest stanza taken, and of the largest made of a chat message.</summary>
    public int MaxStanzaBytes { get; init; } = 256 * 1024;
}
