namespace Gateway.Mapping.Policy;

/// <summary>The right to hold one call, counted against its caller until it is disposed.</summary>
public sealed class CallPermit : IDisposable
{
    private Action? _release;

    internal CallPermit(Action release) => _release = release;

    /// <summary>Gives the right back; a second time changes nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
