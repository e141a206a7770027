using System.Collections.Immutable;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Relay;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded;

/// <summary>An offer that was taken, until the next one.</summary>
/// <param name="Offerer">The end that it came from.</param>
/// <param name="Answerer">The other.</param>
/// <param name="Description">What it said.</param>
/// <param name="Shown">The relay's side in what the other end was shown.</param>
/// <param name="Payloads">What each medium listed there.</param>
internal sealed record RelayExchange(
    RelayEnd Offerer,
    RelayEnd Answerer,
    SessionText Description,
    ImmutableArray<LocalMedium> Shown,
    ImmutableArray<ImmutableArray<PayloadFormat>> Payloads)
{
    /// <summary>What the far end is offered for a medium: repair ends here, and everything that the relay can turn into it is added.</summary>
    public static ImmutableArray<PayloadFormat> Offered(MediaSection medium, MediaProfile towards, ImmutableArray<string> transcode)
    {
        // RFC 5761 section 4: with RTCP on the same port these numbers are its packet types'.
        bool Passes(PayloadFormat format) =>
            !format.IsRepair && (towards == MediaProfile.PlainRtp || format.Id is < 64 or > 95);
        ImmutableArray<PayloadFormat> kept = [.. medium.Payloads.Where(Passes)];
        return medium.Kind == "audio" ? TranscodedCodecs.Extend(kept, transcode) : kept;
    }
}
