using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>ICE restarts (MAPPING R-37): a user fragment that is not the session's, whatever the generation says.</summary>
public static class IceRestart
{
    /// <summary>Whether a transport-info restarts ICE of a stream that the relay knows.</summary>
    public static bool IsRestart(JingleElement session, JingleElement info, MediaTable table)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Contents.Any(content => table.ByName(content.Name) is { IsRelayed: true }
            && content.Transport is { Ufrag: { } ufrag, Pwd: not null }
            && session.Content(content.Name)?.Transport is { Ufrag: { } old } && old != ufrag);
    }

    /// <summary>
    /// The session's description with the new credentials and candidates, to be offered to the relay again; the fingerprints
    /// stay, for a restart alone makes no new DTLS association. The other contents of a bundle restart with the first.
    /// </summary>
    public static JingleElement Apply(JingleElement session, JingleElement info)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(info);
        var bundle = session.Groups.FirstOrDefault(group => group.Semantics == JingleGroup.Bundle);
        var ofBundle = info.Contents.FirstOrDefault(content => bundle?.Names.Contains(content.Name) == true)?.Transport;
        return session with
        {
            Contents =
            [
                .. session.Contents.Select(content =>
                    info.Content(content.Name)?.Transport is { } own ? Restarted(content, own)
                    : ofBundle is not null && bundle!.Names.Contains(content.Name) ? Restarted(content, ofBundle)
                    : content),
            ],
        };
    }

    private static JingleContent Restarted(JingleContent content, IceUdpTransport transport) => content with
    {
        Transport = transport with { Fingerprints = content.Transport?.Fingerprints ?? transport.Fingerprints },
    };
}
