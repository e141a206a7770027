namespace Gateway.Host.Http;

/// <summary>One thing that has to be so before the gateway can serve.</summary>
/// <param name="Name">What it is, such as <c>xmpp</c>.</param>
/// <param name="WhyNot">Null while all is well, otherwise why it is not. Returns at once; called from any thread.</param>
public sealed record ReadinessCheck(string Name, Func<string?> WhyNot)
{
    /// <summary>False for what the gateway serves without, if worse: told, but no reason to send nobody here.</summary>
    public bool IsVital { get; init; } = true;
}

/// <summary>Whether new calls can be served.</summary>
public sealed class Readiness(IEnumerable<ReadinessCheck> checks)
{
    private readonly ReadinessCheck[] _checks = [.. checks];

    /// <summary>Why not; empty when ready.</summary>
    public IReadOnlyList<string> Reasons() => Faults(isVital: true);

    /// <summary>What is not as it should be, though the gateway serves.</summary>
    public IReadOnlyList<string> Degradations() => Faults(isVital: false);

    private string[] Faults(bool isVital) =>
        [.. _checks.Where(c => c.IsVital == isVital).Select(c => (c.Name, Why: c.WhyNot())).Where(r => r.Why is not null).Select(r => $"{r.Name}: {r.Why}")];
}
