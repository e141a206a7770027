using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>RFC 4475 and RFC 5118, message by message, on the wire of a user agent.</summary>
public sealed class TortureOnTheWireTests
{
    public static TheoryData<string> Messages => [.. Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpora"), "*.dat", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(AppContext.BaseDirectory, file)).Order()];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_is_answered_at_most_once_for_good_and_leaves_nothing(string file)
    {
        using var ua = new TestAgent();
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, file));
        foreach (var transport in Enum.GetValues<SipTransportKind>())
        {
            ua.Loop.Post(() => ua.Core.OnMessage(bytes, ua.Network.Flow(transport, TestAgent.PeerAddress)));
        }

        var finals = ua.Network.Sent.Select(sent => sent.Message).OfType<SipResponse>().Count(response => response.IsFinal);
        Assert.InRange(finals, 0, 2); // the second is the same once more, on the other transport
        Assert.DoesNotContain(ua.Network.Sent, sent => sent.Message is SipRequest);
        while (ua.Handler.TryTake(out _, out var call))
        {
            call.Refuse(480);
        }

        ua.NothingIsLeft();
    }
}
