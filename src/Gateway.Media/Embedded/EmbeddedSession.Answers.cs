using System.Collections.Immutable;
using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Io;
using Gateway.Media.Relay;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded;

/// <summary>What an answer settles: both ends' transports, keys and streams.</summary>
internal sealed partial class EmbeddedSession
{
    /// <summary>Takes the answer to the last offer, perhaps once more or another one, and shows the offerer ours.</summary>
    public void Answer(MediaAnswer answer, SessionText text, Action<MediaResult> done)
    {
        if (IsClosed || _exchange is not { } exchange || exchange.Offerer.Tag != answer.FromTag
            || (exchange.Answerer.Tag ??= answer.ToTag) != answer.ToTag)
        {
            done(Faults.Unknown);
            return;
        }

        text = Aligned(text, exchange.Description);
        var streams = new Stream[text.Media.Length];
        for (var i = 0; i < streams.Length; i++)
        {
            streams[i] = Settle(exchange, i, text, answer.Towards);
        }

        if (Array.TrueForAll(streams, stream => stream.Pairs.IsEmpty))
        {
            done(MediaResult.Failed(MediaFault.Refused, "no medium that both ends can use"));
            return;
        }

        (exchange.Offerer.Said, exchange.Answerer.Said) = (exchange.Description, text);
        Apply(exchange, streams);
        exchange.Offerer.TakeHeld();
        exchange.Answerer.TakeHeld();
        WhenGathered(() => done(IsClosed
            ? Faults.Unknown
            : MediaResult.Ok(DescriptionWriter.Write(
                text,
                [.. streams.Select(stream => stream.Line())],
                [.. streams.Select(stream => Answered(stream.Pairs, answer.Towards))],
                exchange.Description))));
    }

    /// <summary>As many media as the offer has, each of its kind (RFC 3264 section 6): what is not answered is refused.</summary>
    private static SessionText Aligned(SessionText answer, SessionText offer) => answer with
    {
        Media = [.. offer.Media.Select((medium, i) => i < answer.Media.Length && answer.Media[i].Kind == medium.Kind
            ? answer.Media[i] : medium with { Port = 0, Lines = [] })],
    };

    private Stream Settle(RelayExchange exchange, int index, SessionText answer, MediaProfile towards)
    {
        var (offered, answered) = (exchange.Description.Media[index], answer.Media[index]);
        var refused = new Stream(CodecPairs.None, () => new LocalMedium.Refused(offered.Protocol));
        if (exchange.Shown[index] is LocalMedium.Refused || answered.IsRefused || !answered.IsRtp)
        {
            return refused;
        }

        var pairs = CodecPairs.Of(Without(offered.Payloads), Without(answered.Payloads));
        if (pairs.IsEmpty || !TrySettleAnswerer(exchange, index, answer)
            || SettleOfferer(exchange, index, towards) is not { } line)
        {
            return refused;
        }

        exchange.Offerer.Medium(index).Show(Answered(pairs, towards));
        return new Stream(pairs, line);
    }

    /// <summary>A phone learns that it will get digits even from an end that sends none; another end would only send its own into the void.</summary>
    private static ImmutableArray<PayloadFormat> Answered(CodecPairs pairs, MediaProfile towards) =>
        towards == MediaProfile.PlainRtp ? [.. pairs.Answer, .. pairs.Pressed] : pairs.Answer;

    private static ImmutableArray<PayloadFormat> Without(ImmutableArray<PayloadFormat> payloads) =>
        payloads.RemoveAll(format => format.IsRepair);

    private static bool TrySettleAnswerer(RelayExchange exchange, int index, SessionText answer)
    {
        var slot = exchange.Answerer.Medium(index);
        var answered = answer.Media[index];
        switch (exchange.Shown[index])
        {
            case LocalMedium.WebRtc when slot.WebRtc is { } transport:
                // One that keeps its media apart would need a transport for each, and was shown one for all.
                var first = Enumerable.Range(0, index).FirstOrDefault(i => exchange.Answerer.Medium(i).WebRtc == transport, index);
                return answered.IsWebRtc
                    && (first == index ? transport.TrySetRemote(answered, answered: true) : answer.Media[first].Ufrag == answered.Ufrag)
                    && Keep(slot, answered);
            case LocalMedium.Plain plain when !answered.IsWebRtc:
                if (answered.IsSdes || (!plain.Crypto.IsEmpty && !answered.Crypto.IsEmpty))
                {
                    return slot.Keys.TryTakeAnswer(answered.Crypto) && Keep(slot, answered);
                }

                slot.Keys.Clear();
                return plain.Protocol == "RTP/AVP" && Keep(slot, answered);
            default:
                return false;
        }
    }

    private static bool Keep(EndMedium slot, MediaSection said)
    {
        slot.Protocol = said.Protocol;
        return true;
    }

    /// <summary>Our side towards the offerer, in its own profile; null when it cannot be had.</summary>
    private Func<LocalMedium>? SettleOfferer(RelayExchange exchange, int index, MediaProfile towards)
    {
        var (end, offered) = (exchange.Offerer, exchange.Description.Media[index]);
        var slot = end.Medium(index);
        Keep(slot, offered);
        if (towards == MediaProfile.WebRtc)
        {
            return offered.IsWebRtc ? SettleWebRtc(exchange, index) : null;
        }

        if (offered.IsNowhere)
        {
            return () => new LocalMedium.Plain(offered.Protocol, "127.0.0.1", 9, []); // for nobody yet: nothing is opened
        }

        var key = "";
        if (offered.IsSdes && !slot.Keys.TryTakeOffer(offered.Crypto, out key))
        {
            return null;
        }

        if (!offered.IsSdes)
        {
            slot.Keys.Clear();
        }

        return TryFollow(end, index, offered.Address) is { } plain
            ? () => plain.Describe(offered.Protocol, key.Length > 0 ? [key] : []) : null;
    }

    private Func<LocalMedium>? SettleWebRtc(RelayExchange exchange, int index)
    {
        var (end, offered) = (exchange.Offerer, exchange.Description.Media[index]);
        var slot = end.Medium(index);
        var mid = slot.Mid = offered.Mid ?? slot.Mid ?? $"{index}"; // another device of the same end may name it otherwise
        var isBundled = offered.Mid is { } own && exchange.Description.Bundle.Contains(own);
        if (TryOpenWebRtc(end, index, isOffer: false, isBundled) is not { } transport)
        {
            return null;
        }

        var isFirst = !Enumerable.Range(0, index).Any(i => end.Medium(i).WebRtc == transport);
        return !isFirst || transport.TrySetRemote(offered, answered: false)
            ? () => transport.Describe(offered.Protocol, mid, end.Source(index), transport.Role == DtlsRole.Server ? SetupRole.Passive : SetupRole.Active)
            : null;
    }

    private void Apply(RelayExchange exchange, Stream[] streams)
    {
        var offerer = new LegBuilder(exchange.Offerer, exchange.Description);
        var answerer = new LegBuilder(exchange.Answerer, exchange.Answerer.Said!);
        for (var i = 0; i < streams.Length; i++)
        {
            var pairs = streams[i].Pairs;
            var (one, other) = LegPlans.Of(exchange.Description.Media[i].Kind, pairs, offerer.Side(i, pairs), answerer.Side(i, pairs));
            offerer.Add(one);
            answerer.Add(other);
        }

        Apply(exchange.Offerer, offerer.Plan);
        Apply(exchange.Answerer, answerer.Plan);
    }

    /// <summary>One medium of an exchange: what belongs together, and our line in the answer.</summary>
    private sealed record Stream(CodecPairs Pairs, Func<LocalMedium> Line);
}
