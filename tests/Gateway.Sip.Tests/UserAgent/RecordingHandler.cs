using System.Threading.Channels;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>Takes every call, or decides as told.</summary>
internal sealed class RecordingHandler : ISipInviteHandler
{
    private readonly Channel<(IncomingInvite Invite, ISipCall Call)> _calls =
        Channel.CreateUnbounded<(IncomingInvite, ISipCall)>();

    public RecordingSink Sink { get; } = new();

    public InviteDecision? Decision { get; set; }

    public InviteDecision OnInvite(IncomingInvite invite, ISipCall call)
    {
        _calls.Writer.TryWrite((invite, call));
        return Decision ?? new InviteDecision.Take(Sink);
    }

    public bool TryTake(out IncomingInvite invite, out ISipCall call)
    {
        var found = _calls.Reader.TryRead(out var both);
        (invite, call) = both;
        return found;
    }

    public async Task<(IncomingInvite Invite, ISipCall Call)> Next()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _calls.Reader.ReadAsync(patience.Token);
    }
}
