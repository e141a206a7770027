namespace Gateway.Host.Running;

/// <summary>
/// What a socket receives is handled by the thread that was woken for it, and not handed to a second one: nothing in this process
/// blocks a thread, so the next socket waits no longer than for one message. And one thread waits for all sockets: what comes
/// while it works it finds without having slept, and what one message has brought into the processor's cache serves the next; the
/// links to SIP and to XMPP are one lane each anyway, and packets of media have threads of their own. The runtime knows these
/// switches as environment variables only, and reads them when the first socket waits.
/// </summary>
internal static class InlineCompletions
{
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Threads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Before the first socket is used; what the operator has set stays.</summary>
    public static void Enable()
    {
        Default(Inline);
        Default(Threads);
    }

    private static void Default(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
        {
            Environment.SetEnvironmentVariable(name, "1");
        }
    }
}
