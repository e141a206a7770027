using System.Collections.Concurrent;

namespace Gateway.Interop.Tests.Load;

/// <summary>One call of a user of the <see cref="Crowd"/>, as that user sees it.</summary>
/// <param name="Sid">Of the proposal, and of the session.</param>
/// <param name="User">Full JID of the user's device.</param>
/// <param name="Conduct">What the user does.</param>
internal sealed record CrowdCall(string Sid, string User, Conduct Conduct)
{
    private readonly ConcurrentQueue<string> _saw = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether a phone calls the user.</summary>
    public bool IsIncoming { get; init; }

    /// <summary>The other side as it last spoke.</summary>
    public string Peer { get; set; } = "";

    /// <summary>What came from the gateway, in order. Not <c>ringing</c>: phones may answer before it is through.</summary>
    public string Saw => string.Join(' ', _saw);

    /// <summary>Completed when nothing more can come: the user was told that it is over, or has said so when nothing stood yet.</summary>
    public Task Over => _over.Task;

    /// <summary>For failure messages.</summary>
    public override string ToString() => $"{User}, {Conduct}, saw: {Saw}";

    public void See(string what) => _saw.Enqueue(what);

    public void End() => _over.TrySetResult();
}
