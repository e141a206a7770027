using System.Text;
using Gateway.Sip.Msrp;

namespace Gateway.Sip.Tests.Msrp;

/// <summary>Two sessions with each other: Alice has offered, Bob has answered.</summary>
internal sealed class MsrpPair
{
    public MsrpPair(MsrpTerms? alices = null, MsrpTerms? bobs = null, MsrpOptions? aliceOptions = null, MsrpOptions? bobOptions = null)
    {
        AliceHome = World.AddHome("a", aliceOptions);
        BobHome = World.AddHome("b", bobOptions);
        Alice = AliceHome.Create(alices ?? Terms, AliceSink);
        Bob = BobHome.Create(bobs ?? Terms, BobSink);
        World.Run();
    }

    public static MsrpTerms Terms { get; } = new() { AcceptTypes = ["text/plain", "application/im-iscomposing+xml"], MaxSize = 2_000_000 };

    public MsrpWorld World { get; } = new();

    public MsrpWorld.Home AliceHome { get; }

    public MsrpWorld.Home BobHome { get; }

    public IMsrpSession Alice { get; }

    public IMsrpSession Bob { get; }

    public RecordingMsrpSink AliceSink { get; } = new();

    public RecordingMsrpSink BobSink { get; } = new();

    public static MsrpOutgoingMessage Text(string text, string? id = null, bool success = false, MsrpFailureReport failure = MsrpFailureReport.Yes)
    {
        var message = new MsrpOutgoingMessage
        {
            ContentType = "text/plain", Body = Encoding.UTF8.GetBytes(text), SuccessReport = success, FailureReport = failure,
        };
        return id is null ? message : message with { MessageId = id };
    }

    /// <summary>Offer and answer; then everything that follows from them.</summary>
    public MsrpPair Negotiate(bool newPaths = false)
    {
        if (newPaths)
        {
            Alice.TakeNewPath();
        }

        var offer = Alice.Offer();
        Assert.True(Bob.TryAnswer(offer, terms: null, out var answer, out var refusal), refusal.Reason);
        Assert.True(Alice.TryAcceptAnswer(answer, out var fault), fault);
        World.Run();
        return this;
    }
}
