using System.Collections.Immutable;
using System.Globalization;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>Attributes of an m-line as the description of Jingle RTP.</summary>
internal static class SdpToRtp
{
    public static RtpDescription Read(SdpSession sdp, SdpMedia media, JingleCreator author) => new(media.Media)
    {
        Payloads = Payloads(media),
        RtcpMux = true, // clients 4: always within the description
        Encryption = media.Has("fingerprint") || sdp.Has("fingerprint") ? null : Encryption(media),
        Bandwidths = [.. media.Bandwidths.Where(b => b.Value <= long.MaxValue).Select(b => new RtpBandwidth(b.Type, (long)b.Value))],
        Feedback = Feedback(media, "*"),
        HeaderExtensions = [.. media.Values("extmap").Select(value => Extension(value, author)).OfType<RtpHeaderExtension>()],
        ExtmapAllowMixed = media.Has("extmap-allow-mixed") || sdp.Has("extmap-allow-mixed"),
        Sources = Sources(media),
        SourceGroups = [.. media.Values("ssrc-group").Select(SourceGroup).OfType<RtpSourceGroup>()],
    };

    private static ImmutableArray<RtpPayloadType> Payloads(SdpMedia media)
    {
        var ptime = Number(media.Value("ptime"), 1, 10_000);
        var maxPtime = Number(media.Value("maxptime"), 1, 10_000);
        var payloads = ImmutableArray.CreateBuilder<RtpPayloadType>();
        foreach (var format in media.Formats.Distinct())
        {
            if (!media.TryRtpMap(format, out var map) || map.PayloadType is >= 64 and <= 95)
            {
                continue; // R-21; a dynamic number without a name says nothing
            }

            payloads.Add(new RtpPayloadType(map.PayloadType, map.Encoding, map.ClockRate, map.Channels ?? 1)
            {
                Ptime = (int?)ptime,
                MaxPtime = (int?)maxPtime,
                Parameters = FormatParameters.ToJingle(map.Encoding, media.Fmtp(format)),
                Feedback = Feedback(media, format),
            });
        }

        return payloads.ToImmutable();
    }

    private static RtpFeedback Feedback(SdpMedia media, string format)
    {
        var messages = ImmutableArray.CreateBuilder<RtpFeedbackMessage>();
        int? interval = null;
        foreach (var value in media.Values("rtcp-fb"))
        {
            var parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 2 || parts[0] != format)
            {
                continue;
            }

            if (parts[1] == "trr-int")
            {
                interval = (int?)Number(parts.ElementAtOrDefault(2), 0, int.MaxValue);
            }
            else
            {
                messages.Add(new RtpFeedbackMessage(parts[1], parts.ElementAtOrDefault(2))
                {
                    Parameters = [.. parts.Skip(3).Select(Parameter)],
                });
            }
        }

        return messages.Count == 0 && interval is null ? RtpFeedback.None : new RtpFeedback(messages.ToImmutable(), interval);
    }

    // RFC 8285 section 8: id[/direction] URI [attributes].
    private static RtpHeaderExtension? Extension(string value, JingleCreator author)
    {
        var parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2 || Number(parts[0].Split('/')[0], 1, 4351) is not { } id)
        {
            return null;
        }

        var senders = parts[0].Split('/').ElementAtOrDefault(1) switch
        {
            "sendonly" => SendersDirection.ToSenders(SdpDirection.SendOnly, author),
            "recvonly" => SendersDirection.ToSenders(SdpDirection.RecvOnly, author),
            _ => JingleSenders.Both,
        };
        return new RtpHeaderExtension((int)id, parts[1], senders) { Parameters = [.. parts.Skip(2).Select(Parameter)] };
    }

    // XEP-0293 section 3: a form other than name=value is a name with an empty value.
    private static RtpParameter Parameter(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals <= 0 ? new RtpParameter(text, "") : new RtpParameter(text[..equals], text[(equals + 1)..]);
    }

    private static RtpEncryption? Encryption(SdpMedia media)
    {
        var cryptos = media.Values("crypto").Select(value => value.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length >= 3 && Number(parts[0], 0, 999_999_999) is not null)
            .Select(parts => new RtpCrypto(
                (int)Number(parts[0], 0, 999_999_999)!, parts[1], parts[2], parts.ElementAtOrDefault(3)))
            .ToImmutableArray();
        return cryptos.IsEmpty ? null : new RtpEncryption(false, cryptos);
    }

    private static ImmutableArray<RtpSource> Sources(SdpMedia media)
    {
        var parameters = media.Values("ssrc").Select(value => value.Split(' ', 2))
            .Where(parts => parts.Length == 2 && Number(parts[0], 0, uint.MaxValue) is not null)
            .Select(parts => (Ssrc: (uint)Number(parts[0], 0, uint.MaxValue)!.Value, Pair: parts[1].Split(':', 2)));
        return
        [
            .. parameters.GroupBy(entry => entry.Ssrc).Select(group => new RtpSource(
                group.Key, [.. group.Select(entry => new RtpParameter(entry.Pair[0], entry.Pair.ElementAtOrDefault(1)))])),
        ];
    }

    private static RtpSourceGroup? SourceGroup(string value)
    {
        var parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length < 2
            ? null
            : new RtpSourceGroup(
                parts[0], [.. parts.Skip(1).Select(part => Number(part, 0, uint.MaxValue)).OfType<long>().Select(n => (uint)n)]);
    }

    private static long? Number(string? text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null;
}
