namespace Gateway.Host.Running;

/// <summary>
/// What a socket receives is handled by the thread that was woken for it, and not handed to a second one: nothing in this process
/// blocks a thread, so the next socket waits no longer than for one message. The runtime knows this switch as an environment
/// variable only, and reads it when the first socket waits.
/// </summary>
internal static class InlineCompletions
{
    private const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Before the first socket is used; what the operator has set stays.</summary>
    public static void Enable()
    {
        if (Environment.GetEnvironmentVariable(Switch) is null)
        {
            Environment.SetEnvironmentVariable(Switch, "1");
        }
    }
}
