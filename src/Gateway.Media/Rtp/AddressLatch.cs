using Gateway.Media.Io;

namespace Gateway.Media.Rtp;

/// <summary>What an address is to a transport.</summary>
internal enum LatchVerdict
{
    /// <summary>The peer's.</summary>
    Known,

    /// <summary>The peer's, if what came from it proves to be media.</summary>
    Candidate,

    /// <summary>Somebody else's.</summary>
    Stranger,
}

/// <summary>
/// Where the packets of a peer without ICE come from, and so go to (RFC 4961, U-49). Behind a router the address is not the
/// signalled one, and has to be learned from packets (RFC 7362), which anybody can send. So it is learned once: from the
/// signalled address at any time, from elsewhere only in a short while after the signalling, within which the signalled
/// address still wins. Then it is locked until a new one is signalled.
/// </summary>
internal sealed class AddressLatch
{
    /// <summary>
    /// How long after its description a peer may turn up elsewhere. A phone sends at once when it has answered; the packet
    /// may be lost, the description may come before the phone is picked up, and silence suppression may delay the first.
    /// </summary>
    public const long LearningTime = 10_000;

    /// <summary>How long the signalled address still wins over one that was learned.</summary>
    public const long Probation = 2_000;

    private PeerAddress _signalled;
    private PeerAddress _left;
    private long _leftUntil;
    private long _learnUntil;
    private long _settles;
    private bool _latched;
    private bool _locked;

    /// <summary>Where to send: what was learned, or else what was signalled; none while neither is there.</summary>
    public PeerAddress Remote { get; private set; }

    /// <summary>The peer is where its description says, or wherever it turns up in time. The same again changes nothing.</summary>
    public void Signal(in PeerAddress address, long now)
    {
        if (address == _signalled)
        {
            // The peer may have been asked to send only now, and have had no reason to before.
            _learnUntil = _latched ? _learnUntil : now + LearningTime;
            return;
        }

        // A peer that moved: what is still on its way from where it was must not be taken for the place where it is, which may be a phone
        // that says nothing before it hears something. A peer that was held, or is, may well be where it was.
        (_left, _leftUntil) = IsPlace(_signalled) && IsPlace(address) ? (Remote, now + Probation) : default;
        _signalled = address;
        _learnUntil = now + LearningTime;
        (_latched, _locked) = (false, false);
        Remote = IsPlace(address) ? address : default;
    }

    /// <summary>Whether a datagram from there is worth looking at.</summary>
    public LatchVerdict Judge(in PeerAddress from, long now)
    {
        if (_latched && from == Remote)
        {
            return _locked ? LatchVerdict.Known : LatchVerdict.Candidate;
        }

        if (_locked || (_latched && now >= _settles))
        {
            return LatchVerdict.Stranger;
        }

        if (from == _left && from != _signalled && now < _leftUntil)
        {
            return LatchVerdict.Stranger;
        }

        return from == _signalled || (!_latched && now < _learnUntil && from.Family == _signalled.Family)
            ? LatchVerdict.Candidate
            : LatchVerdict.Stranger;
    }

    /// <summary>A candidate's datagram was media of this call.</summary>
    public void Confirm(in PeerAddress from, long now)
    {
        if (from == _signalled)
        {
            (Remote, _latched, _locked) = (from, true, true);
        }
        else if (!_latched)
        {
            (Remote, _latched) = (from, true);
            _settles = now + Probation;
        }
        else if (now >= _settles)
        {
            _locked = true;
        }
    }

    private static bool IsPlace(in PeerAddress address) => !address.IsAny && address.Port != 0;
}
