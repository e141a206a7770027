using System.Text;
using System.Xml.Linq;

namespace Gateway.Xmpp.Jingle;

/// <summary>The payload of a session-info. A closed set (XEP-0167 section 8, XEP-0181).</summary>
public abstract record JingleSessionInfo
{
    private JingleSessionInfo()
    {
    }

    /// <summary>No payload: a check that the session exists (XEP-0166 section 6.8).</summary>
    public sealed record Ping : JingleSessionInfo;

    /// <summary>The device rings.</summary>
    public sealed record Ringing : JingleSessionInfo;

    /// <summary>Ends hold and mute.</summary>
    public sealed record Active : JingleSessionInfo;

    /// <summary>The user does not listen.</summary>
    public sealed record Hold : JingleSessionInfo;

    /// <summary>Ends hold.</summary>
    public sealed record Unhold : JingleSessionInfo;

    /// <summary>The user does not send; no <paramref name="Name"/> means all contents.</summary>
    public sealed record Mute(string? Name, JingleCreator? Creator) : JingleSessionInfo;

    /// <summary>Ends mute.</summary>
    public sealed record Unmute(string? Name, JingleCreator? Creator) : JingleSessionInfo;

    /// <summary>A key was pressed (XEP-0181). Digits are secrets: they never appear in <see cref="object.ToString"/>.</summary>
    /// <param name="Code">One of 0-9 # * A-D.</param>
    /// <param name="Duration">Milliseconds, 100 when absent; zero is to be ignored.</param>
    /// <param name="Volume">-dBm0, 0 to 63; null when absent.</param>
    public sealed record Dtmf(char Code, int Duration = 100, int? Volume = null) : JingleSessionInfo
    {
        /// <summary>The duration alone.</summary>
        protected override bool PrintMembers(StringBuilder builder)
        {
            builder.Append("Duration = ").Append(Duration);
            return true;
        }
    }

    /// <summary>Anything else: answered feature-not-implemented with unsupported-info (XEP-0166 section 10).</summary>
    public sealed record Unknown(XName Name) : JingleSessionInfo;
}
