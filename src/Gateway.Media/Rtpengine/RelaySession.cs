using System.Runtime.CompilerServices;
using Gateway.Media.Relay;

namespace Gateway.Media.Rtpengine;

/// <summary>
/// What the relay remembers of a session: its engine, the last exchange of descriptions, and candidates that came before
/// the description that they belong to. Verbs of one session are carried out one after the other, in the order in which
/// they were asked for; only the holder of the turn touches the rest.
/// </summary>
internal sealed class RelaySession
{
    /// <summary>More than any client gathers; beyond it fragments are dropped, and ICE does with what it has.</summary>
    internal const int MostHeld = 64;

    private readonly List<MediaTrickle> _held = [];
    private readonly Dictionary<string, string> _profiles = new(StringComparer.Ordinal);
    private Task _last = Task.CompletedTask;

    /// <summary>Where it lives; null until an offer has succeeded.</summary>
    public NgClient? Engine { get; set; }

    /// <summary>Deleted while others waited for their turn.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>The latest offer, with the candidates that came since.</summary>
    public MediaOffer? Offer { get; private set; }

    /// <summary>Its answer; null until that comes.</summary>
    public MediaAnswer? Answer { get; private set; }

    /// <summary>The engine has not seen the offer as it stands here.</summary>
    public bool OfferHasGrown { get; private set; }

    /// <summary>Runs a verb after all that were called before it; null when the session was deleted meanwhile.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<MediaResult?> InTurnAsync(Func<ValueTask<MediaResult>> verb)
    {
        var done = new TaskCompletionSource();
        var before = Interlocked.Exchange(ref _last, done.Task);
        try
        {
            await before.ConfigureAwait(false);
            return IsDeleted ? null : await verb().ConfigureAwait(false);
        }
        finally
        {
            done.SetResult();
        }
    }

    /// <summary>The offer as the engine shall see it: with the candidates that came before it.</summary>
    public MediaOffer Complete(MediaOffer offer) => offer with { Sdp = WithHeld(offer.FromTag, ForEngine(offer.Sdp)) };

    /// <summary>The answer as the engine shall see it.</summary>
    public MediaAnswer Complete(MediaAnswer answer) =>
        answer with { Sdp = WithHeld(answer.ToTag, ForEngine(answer.Sdp)) };

    /// <summary>The engine took it: a new exchange begins.</summary>
    public void Taken(MediaOffer offer)
    {
        (Offer, Answer, OfferHasGrown) = (offer, null, false);
        _profiles[offer.FromTag] = Descriptions.Profile(offer.Sdp);
    }

    /// <summary>The engine took it: the exchange is complete.</summary>
    public void Taken(MediaAnswer answer)
    {
        (Answer, OfferHasGrown) = (answer, false);
        _profiles[answer.ToTag] = Descriptions.Profile(answer.Sdp);
    }

    /// <summary>The profile that the other end's own descriptions named last; null when it has not spoken yet.</summary>
    public string? ProfileOfOther(string tag) => _profiles.FirstOrDefault(end => end.Key != tag).Value;

    /// <summary>
    /// Adds an end's candidates to its description, or keeps them until it comes. Gives false when there is nothing
    /// to tell the engine yet.
    /// </summary>
    public bool TakeCandidates(MediaTrickle trickle)
    {
        if (Answer is { } answer && answer.ToTag == trickle.FromTag
            && Descriptions.TryAddCandidates(answer.Sdp, trickle.SdpFragment, out var grown))
        {
            Answer = answer with { Sdp = grown };
            return true;
        }

        if (Offer is { } offer && offer.FromTag == trickle.FromTag
            && Descriptions.TryAddCandidates(offer.Sdp, trickle.SdpFragment, out grown))
        {
            Offer = offer with { Sdp = grown };
            OfferHasGrown = true;
            return Answer is not null;
        }

        if (_held.Count < MostHeld)
        {
            _held.Add(trickle);
        }

        return false;
    }

    private static string ForEngine(string sdp) => Descriptions.WithTrickle(Descriptions.WithoutNowhere(sdp));

    /// <summary>What was held for the end is of this description's ICE generation, or of one that is past.</summary>
    private string WithHeld(string tag, string sdp)
    {
        if (!Descriptions.HasIce(sdp))
        {
            return sdp; // made up on the end's behalf: its own is still to come
        }

        foreach (var trickle in _held.Where(held => held.FromTag == tag))
        {
            sdp = Descriptions.TryAddCandidates(sdp, trickle.SdpFragment, out var grown) ? grown : sdp;
        }

        _held.RemoveAll(held => held.FromTag == tag);
        return sdp;
    }
}
