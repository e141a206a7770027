namespace Gateway.Testing.Servers;

/// <summary>A private XMPP server on loopback: one domain of users, and the components that it was told of.</summary>
public interface IXmppServer : IAsyncDisposable
{
    /// <summary>The domain of its users.</summary>
    string Domain { get; }

    /// <summary>Where clients connect: no TLS, any account made by <see cref="AddAccountAsync"/>.</summary>
    int ClientPort { get; }

    /// <summary>Where components connect (XEP-0114).</summary>
    int ComponentPort { get; }

    /// <summary>What it logged, for failure messages.</summary>
    string Output { get; }

    /// <summary>Makes an account.</summary>
    Task AddAccountAsync(string user, string password, CancellationToken cancellationToken = default);
}
