using System.Collections.Immutable;
using Gateway.Host.Http;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Sip.Registrations;
using Gateway.Sip.UserAgent;

namespace Gateway.Host.Running;

/// <summary>The trunks that want the gateway to register (MAPPING U-39).</summary>
internal sealed class TrunkRegistrations(MappingOptions options, SipEndpoint sip)
{
    private ImmutableArray<ISipRegistration> _running = [];

    /// <summary>One for each such trunk: not ready while it is not registered.</summary>
    public IEnumerable<ReadinessCheck> Checks => Registering(options).Select(trunk => new ReadinessCheck(
        $"trunk {trunk.Name}", () => WhyNot(_running.FirstOrDefault(registration => registration.Account.Name == trunk.Name))));

    /// <summary>The account at a trunk.</summary>
    public static SipAccount AccountOf(TrunkOptions options)
    {
        var trunk = new Trunk(options);
        return new SipAccount(
            options.Name, SipUri.Create(null, trunk.Domain), new NameAddr(null, SipUri.Create(options.Username!, trunk.Domain)))
        {
            NextHop = trunk.Uri,
            Credentials = trunk.Credentials,
        };
    }

    /// <summary>Begins; the endpoint listens.</summary>
    public void Start() => _running = [.. Registering(options).Select(trunk => sip.Register(AccountOf(trunk)))];

    /// <summary>Takes the bindings back, so that no call comes to where nobody is.</summary>
    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_running.Select(registration => registration.EndAsync(cancellationToken)));

    private static IEnumerable<TrunkOptions> Registering(MappingOptions options) =>
        options.Trunks.Values.Where(trunk => trunk.Register).OrderBy(trunk => trunk.Name, StringComparer.Ordinal);

    private static string? WhyNot(ISipRegistration? registration) => registration?.Status switch
    {
        { Phase: RegistrationPhase.Registered } => null,
        { Failure: { } failure } => $"not registered: {failure.Status} {failure.Phrase}",
        _ => "not registered yet",
    };
}
