using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Dialogs;

/// <summary>What becomes of an INVITE with Replaces (RFC 3891 section 3). A closed set.</summary>
internal abstract record ReplaceVerdict
{
    private ReplaceVerdict()
    {
    }

    /// <summary>It may take the place of <paramref name="Call"/>, if the owner agrees.</summary>
    public sealed record May(IReplaceableCall Call) : ReplaceVerdict;

    /// <summary>It may not.</summary>
    public sealed record Refused(int Status) : ReplaceVerdict;
}

/// <summary>A call whose place another can take.</summary>
internal interface IReplaceableCall
{
    /// <summary>The owner, to whom the new call's events go too.</summary>
    ISipCallSink Sink { get; }

    /// <summary>The new call has been answered: BYE or CANCEL this one, with no further events.</summary>
    void GiveWay();
}
