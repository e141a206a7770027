using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Calls;

/// <summary>
/// An event on its way to a call, with the description that came along: the table only asks whether there was one. Without an
/// event only <see cref="Apply"/> is run.
/// </summary>
internal readonly record struct CallInput(CallEvent? Event)
{
    /// <summary>What the phone said in this event.</summary>
    public string? PhoneSdp { get; init; }

    /// <summary>What the client said in this event.</summary>
    public JingleElement? Jingle { get; init; }

    /// <summary>Run on the call's own loop just before the event: stores what the event brings. False drops the event: it came too late.</summary>
    public Func<bool>? Apply { get; init; }

    /// <summary>The SIP leg that wants to take the place of ours (J-54).</summary>
    public ISipCall? Replacement { get; init; }
}
