using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>Makes Jingle elements of the descriptions that the media relay wrote for a client (ICE, DTLS-SRTP, rtcp-mux).</summary>
public static class SdpToJingle
{
    /// <summary>session-initiate: contents of the initiator, every fingerprint actpass (RFC 8842 section 5.2).</summary>
    /// <param name="offer">The relay's offer.</param>
    /// <param name="table"><see cref="MediaTable.FromSdp"/> of that offer.</param>
    /// <param name="sid">Session id: that of the propose.</param>
    /// <param name="initiator">Our full JID.</param>
    public static JingleElement Initiate(SdpSession offer, MediaTable table, string sid, string initiator)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(table);
        var contents =
            from line in table.Relayed
            let media = table.Find(offer, line)
            where media is { IsRefused: false }
            select ToContent(offer, media, line, JingleCreator.Initiator, DtlsSetup.ActPass);
        return new JingleElement(JingleAction.SessionInitiate, sid)
        {
            Initiator = initiator,
            Contents = [.. contents],
            Groups = OfferedGroups(offer, table),
        };
    }

    /// <summary>
    /// session-accept of a client's offer: the same contents under the same names. A stream that the other side refused, or
    /// that never reached it, is accepted all the same, sent by nobody: several clients end the call when the media of offer
    /// and answer differ. Only offered codecs, feedback and header extensions are accepted.
    /// </summary>
    /// <param name="answer">The relay's answer.</param>
    /// <param name="offer">The client's session-initiate.</param>
    /// <param name="table"><see cref="MediaTable.FromJingle"/> of that offer.</param>
    /// <param name="responder">Our full JID.</param>
    /// <param name="accept">The element.</param>
    /// <param name="fault">Why no answer can be made: no audio is left.</param>
    public static bool TryAccept(
        SdpSession answer,
        JingleElement offer,
        MediaTable table,
        string responder,
        [NotNullWhen(true)] out JingleElement? accept,
        [NotNullWhen(false)] out JingleReasonInfo? fault)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(table);
        var accepted = table.Lines.Select(line => AcceptedContent(answer, offer, table, line)).ToList();
        var audio = accepted.FirstOrDefault(content => content?.Description?.Media == "audio");
        if (audio?.Transport is not { } transport)
        {
            accept = null;
            fault = new JingleReasonInfo(JingleReason.IncompatibleParameters, "no common audio codec");
            return false;
        }

        fault = null;
        var unused = SendersOfUnused(offer, audio.Description!);
        accept = new JingleElement(JingleAction.SessionAccept, offer.Sid)
        {
            Responder = responder,
            Contents = [.. table.Lines.Zip(accepted, (line, content) => content ?? Unused(offer.Content(line.Name)!, unused, transport))],
            Groups = AcceptedGroups(answer, offer, table, accepted),
        };
        return true;
    }

    /// <summary>
    /// transport-info with our credentials and candidates: trickled ones, or after an ICE restart. It carries no fingerprint,
    /// which clients would take for a change of the association (dino/dino#1072). Null when the relay said nothing new.
    /// </summary>
    public static JingleElement? TransportInfo(SdpSession sdp, MediaTable table, string sid)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        ArgumentNullException.ThrowIfNull(table);
        var contents =
            from line in table.Relayed
            let media = table.Find(sdp, line)
            where media is { IsRefused: false } && sdp.InheritedValue(media, "ice-ufrag") is not null
            select new JingleContent(line.Creator, line.Name)
            {
                Transport = SdpToIce.Read(sdp, media, isMuxed: true) with { Fingerprints = [] },
            };
        var all = contents.ToImmutableArray();
        return all.IsEmpty ? null : new JingleElement(JingleAction.TransportInfo, sid) { Contents = all };
    }

    private static JingleContent ToContent(
        SdpSession sdp, SdpMedia media, MediaLine line, JingleCreator author, DtlsSetup setup)
    {
        var transport = SdpToIce.Read(sdp, media, isMuxed: true);
        return new JingleContent(line.Creator, line.Name)
        {
            Senders = SendersOf(sdp, media, author),
            Description = SdpToRtp.Read(sdp, media, author),
            Transport = transport with
            {
                Fingerprints = [.. transport.Fingerprints.Select(fingerprint => fingerprint with { Setup = setup })],
            },
        };
    }

    // Audio begins as both, whatever the phone does just now: hold is told by session-info, and the Conversations family ends
    // the call when a peer widens senders later.
    private static JingleSenders SendersOf(SdpSession sdp, SdpMedia media, JingleCreator author) =>
        media.Media == "audio" ? JingleSenders.Both : SendersDirection.ToSenders(sdp.StatedDirectionOf(media), author);

    private static JingleContent? AcceptedContent(SdpSession answer, JingleElement offer, MediaTable table, MediaLine line)
    {
        if (!line.IsRelayed || offer.Content(line.Name)?.Description is not { } offered
            || table.Find(answer, line) is not { IsRefused: false } media)
        {
            return null;
        }

        // an answer is active or passive. All contents of a bundle share the role.
        var setup = answer.InheritedValue(media, "setup") == "passive" ? DtlsSetup.Passive : DtlsSetup.Active;
        var content = ToContent(answer, media, line, JingleCreator.Responder, setup);
        var description = OfferedSubset.Of(content.Description!, offered);
        return description.Payloads.All(payload => OfferedSubset.IsAuxiliary(payload))
            ? null
            : content with { Description = description };
    }

    /// <summary>
    /// libwebrtc (Chromium 156) drops audio beside a bundled stream that the peer will not send, unless it was told the audio's
    /// source (XEP-0339). Where the relay does not name it, we say that we might send; nothing comes.
    /// </summary>
    private static JingleSenders SendersOfUnused(JingleElement offer, RtpDescription audio) =>
        audio.Sources.IsEmpty && offer.Groups.Any(group => group.Semantics == JingleGroup.Bundle)
            ? JingleSenders.Responder : JingleSenders.None;

    /// <summary>A content that is answered and sent by nobody, on the transport and with the certificate of the audio.</summary>
    private static JingleContent Unused(JingleContent offered, JingleSenders senders, IceUdpTransport transport) =>
        new(offered.Creator, offered.Name)
        {
            Senders = senders,
            Description = offered.Description is { } description
                ? new RtpDescription(description.Media)
                {
                    RtcpMux = true,
                    Payloads =
                    [
                        .. description.Payloads.Where(payload => !OfferedSubset.IsAuxiliary(payload)).Take(1)
                            .Select(payload => payload with { Feedback = RtpFeedback.None }),
                    ],
                }
                : null,
            Transport = transport,
        };

    /// <summary>
    /// One stream is a bundle of its own, whether the relay says so or not; libwebrtc with its policy max-bundle refuses an offer without
    /// any.
    /// </summary>
    private static ImmutableArray<JingleGroup> OfferedGroups(SdpSession offer, MediaTable table)
    {
        var groups = Groups(offer, table);
        return groups.IsEmpty && table.Relayed.ToList() is [var only] ? [new JingleGroup(JingleGroup.Bundle, [only.Name])] : groups;
    }

    private static ImmutableArray<JingleGroup> Groups(SdpSession sdp, MediaTable table) =>
    [
        .. sdp.Values("group").Select(value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length > 1)
            .Select(parts => new JingleGroup(
                parts[0], [.. parts.Skip(1).Select(table.ByMid).OfType<MediaLine>().Select(line => line.Name)]))
            .Where(group => !group.Names.IsEmpty),
    ];

    // A refused stream shares the audio's transport, so it may stay in the bundle that the client offered.
    private static ImmutableArray<JingleGroup> AcceptedGroups(
        SdpSession answer, JingleElement offer, MediaTable table, List<JingleContent?> accepted)
    {
        if (offer.Groups.FirstOrDefault(group => group.Semantics == JingleGroup.Bundle) is not { } offered)
        {
            return [];
        }

        var answered = Groups(answer, table).FirstOrDefault(group => group.Semantics == JingleGroup.Bundle);
        var isAlone = accepted.Count(content => content is not null) == 1;
        if (answered is null && !isAlone)
        {
            return [];
        }

        var shared = offered.Names.Where(name => table.ByName(name) is { } line
            && (accepted[table.Lines.IndexOf(line)] is null || isAlone || answered!.Names.Contains(name)));
        return [offered with { Names = [.. shared] }];
    }
}
