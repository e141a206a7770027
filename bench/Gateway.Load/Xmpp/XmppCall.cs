namespace Gateway.Load.Xmpp;

/// <summary>One call of an XMPP user, as the driver sees it. Times in ticks of UTC; 0 when it never came to that.</summary>
internal sealed class XmppCall(string sid, string user)
{
    private readonly TaskCompletionSource _talks = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Sid { get; } = sid;

    /// <summary>Full JID of the user's device.</summary>
    public string User { get; } = user;

    /// <summary>Full JID of the other side, once it has spoken.</summary>
    public string Peer { get; set; } = "";

    /// <summary>Our propose was handed to the kernel at this time; or a propose reached us.</summary>
    public long ProposedAt { get; set; }

    public long ProceededAt { get; set; }

    /// <summary>session-accept, read or written.</summary>
    public long AcceptedAt { get; set; }

    /// <summary>Completed once both sides have agreed upon the session.</summary>
    public Task Talks => _talks.Task;

    /// <summary>Completed at the end: null when all went as it should, else what went wrong.</summary>
    public Task<string?> End => _end.Task;

    public void Talk() => _talks.TrySetResult();

    public void Close(string? fault)
    {
        _talks.TrySetResult();
        _end.TrySetResult(fault);
    }
}
