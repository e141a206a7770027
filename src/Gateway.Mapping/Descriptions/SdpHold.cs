using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>What a new offer does to the other side's listening.</summary>
public enum HoldChange
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The author no longer listens to any stream.</summary>
    Held,

    /// <summary>The author listens again to one at least.</summary>
    Resumed,
}

/// <summary>Hold by session descriptions (RFC 3264 section 8.4, MAPPING ).</summary>
public static class SdpHold
{
    /// <summary>Whether an offer of the SIP side holds or resumes; <paramref name="before"/> null: its first description.</summary>
    public static HoldChange Compare(SdpSession? before, SdpSession now)
    {
        ArgumentNullException.ThrowIfNull(now);
        return (before?.IsHold ?? false, now.IsHold) switch
        {
            (false, true) => HoldChange.Held,
            (true, false) => HoldChange.Resumed,
            _ => HoldChange.None,
        };
    }

    /// <summary>Whether a description holds the call; false for none.</summary>
    public static bool IsHold(string? sdp) => sdp is not null && SdpSession.TryParse(sdp, out var said, out _) && said.IsHold;

    /// <summary>Whether who was told of one direction may still do all that the other asks for.</summary>
    public static bool Allows(SdpDirection known, SdpDirection now)
    {
        var (told, asked) = (Way.Of(known), Way.Of(now));
        return (told.Sends || !asked.Sends) && (told.Receives || !asked.Receives);
    }

    /// <summary>
    /// Our description for a re-INVITE. <paramref name="stored"/> keeps the directions that each stream had before any hold,
    /// so that resuming brings those back and not plain sendrecv.
    /// </summary>
    /// <param name="stored">Our last description without hold.</param>
    /// <param name="heldByUs">The XMPP user does not listen: sendonly, as the peer may hear music.</param>
    /// <param name="heldByPeer">The SIP side holds us too: together that is inactive .</param>
    public static SdpSession Offer(SdpSession stored, bool heldByUs, bool heldByPeer)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return heldByUs
            ? WithDirections(stored, (media, own) => new Way(own.Sends && !heldByPeer, false))
            : stored;
    }

    /// <summary>
    /// Our answer to a re-INVITE: per stream no more than the offer leaves (RFC 3264 section 6.1), and no listening while the
    /// XMPP user holds. A hold is not answered with a hold of our own.
    /// </summary>
    /// <param name="stored">The answer without regard to the offer's directions, its m-lines in the offer's order.</param>
    /// <param name="offer">The offer.</param>
    /// <param name="heldByUs">The XMPP user does not listen.</param>
    public static SdpSession Answer(SdpSession stored, SdpSession offer, bool heldByUs)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(offer);
        return WithDirections(stored, (index, own) =>
        {
            var theirs = index < offer.Media.Length ? Way.Of(offer.DirectionOf(offer.Media[index])) : new Way(true, true);
            return new Way(own.Sends && theirs.Receives, own.Receives && theirs.Sends && !heldByUs);
        });
    }

    private static SdpSession WithDirections(SdpSession sdp, Func<int, Way, Way> change) => sdp with
    {
        Attributes = sdp.Attributes.RemoveAll(attribute => attribute is
        {
            Value: null,
            Name: "sendrecv" or "sendonly" or "recvonly" or "inactive",
        }),
        Media =
        [
            .. sdp.Media.Select((media, index) => media.IsRefused
                ? media
                : media.WithDirection(change(index, Way.Of(sdp.StatedDirectionOf(media))).Direction)),
        ],
    };

    /// <summary>A direction as its two halves, seen from the author.</summary>
    private readonly record struct Way(bool Sends, bool Receives)
    {
        public SdpDirection Direction => (Sends, Receives) switch
        {
            (true, true) => SdpDirection.SendRecv,
            (true, false) => SdpDirection.SendOnly,
            (false, true) => SdpDirection.RecvOnly,
            _ => SdpDirection.Inactive,
        };

        public static Way Of(SdpDirection direction) => new(
            direction is SdpDirection.SendRecv or SdpDirection.SendOnly, direction is SdpDirection.SendRecv or SdpDirection.RecvOnly);
    }
}
