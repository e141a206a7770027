using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Registrations;

/// <summary>An account at a registrar (RFC 3261 section 10).</summary>
/// <param name="Name">Name in logs and metrics.</param>
/// <param name="Registrar">Request-URI: the domain, without a user.</param>
/// <param name="Address">Address-of-record.</param>
public sealed record SipAccount(string Name, SipUri Registrar, NameAddr Address)
{
    /// <summary>Where REGISTER is sent; default: <see cref="Registrar"/>.</summary>
    public SipUri? NextHop { get; init; }

    /// <summary>Answers 401 and 407.</summary>
    public SipCredentials? Credentials { get; init; }

    /// <summary>How long a binding shall last; the registrar may say otherwise.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1); // RFC 3261 section 10.2.1.1
}

/// <summary>Where a registration stands.</summary>
public enum RegistrationPhase
{
    /// <summary>The first answer has not come.</summary>
    Registering,

    /// <summary>The registrar knows our address.</summary>
    Registered,

    /// <summary>It does not; it is tried again.</summary>
    Failed,

    /// <summary>Ended by us.</summary>
    Ended,
}

/// <summary>What is known of a registration.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Failure">What went wrong last; null when nothing did.</param>
public sealed record RegistrationStatus(RegistrationPhase Phase, SipFailure? Failure = null);

/// <summary>An account that is kept registered (MAPPING U-39). May be used from any thread.</summary>
public interface ISipRegistration
{
    /// <summary>The account.</summary>
    SipAccount Account { get; }

    /// <summary>How it stands at this moment.</summary>
    RegistrationStatus Status { get; }

    /// <summary>Takes the binding back. Completes with the registrar's answer, or after a moment without one.</summary>
    Task EndAsync(CancellationToken cancellationToken);
}
