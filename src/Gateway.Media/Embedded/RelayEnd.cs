using System.Collections.Immutable;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Ice;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded;

/// <summary>One end of a session, as far as the relay knows it: what it said, what it was shown, and our sockets towards it.</summary>
internal sealed class RelayEnd(int leg) : IDisposable
{
    /// <summary>Fragments that wait for their description; beyond it they are dropped, and ICE does with what it has.</summary>
    internal const int MostHeld = 64;

    private readonly List<EndMedium> _media = [];
    private readonly List<TrickleFragment> _held = [];
    private readonly string _name = NewName();

    /// <summary>0 or 1: its leg in the call.</summary>
    public int Leg => leg;

    /// <summary>Null until it is named.</summary>
    public string? Tag { get; set; }

    /// <summary>Its description in force; null before the first exchange is complete.</summary>
    public SessionText? Said { get; set; }

    /// <summary>By the places of the media lines, which never change (RFC 3264 section 8).</summary>
    public EndMedium Medium(int index)
    {
        while (_media.Count <= index)
        {
            _media.Add(new EndMedium());
        }

        return _media[index];
    }

    /// <summary>Under which what goes to the end for a medium is sent.</summary>
    public LocalSource Source(int index) => new(Medium(index).Ssrc, _name);

    /// <summary>In the order in which they were opened: their numbers in the call's plan.</summary>
    public List<LegTransport> Transports { get; } = [];

    public List<WebRtcTransport> WebRtcTransports { get; } = [];

    /// <summary>Takes candidates, or keeps those whose description is not in force yet .</summary>
    public void Take(TrickleFragment fragment)
    {
        if (TransportFor(fragment) is not { } transport)
        {
            if (_held.Count < MostHeld)
            {
                _held.Add(fragment);
            }
        }
        else
        {
            transport.AddCandidates(fragment);
        }
    }

    /// <summary>A description came into force: what was held is of its ICE generation, or of one that is past.</summary>
    public void TakeHeld()
    {
        foreach (var fragment in _held)
        {
            TransportFor(fragment)?.AddCandidates(fragment);
        }

        _held.Clear();
    }

    public void Dispose()
    {
        foreach (var medium in _media)
        {
            medium.Dispose();
        }
    }

    /// <summary>RFC 7022 section 4.2: 96 bits.</summary>
    private static string NewName()
    {
        Span<byte> octets = stackalloc byte[12];
        RandomOctets.Fill(octets);
        return Convert.ToBase64String(octets);
    }

    /// <summary>The transport of the medium that the fragment names, if it is of the generation in force.</summary>
    private WebRtcTransport? TransportFor(TrickleFragment fragment)
    {
        var place = Said is { } said && fragment.Mid is { } mid ? IndexOf(said, mid) : fragment.Index;
        var transport = Medium(place < 0 ? Math.Min(fragment.Index, SessionText.MostMedia) : place).WebRtc;
        return transport?.RemoteUfrag is { } known && (fragment.Ufrag ?? known) == known ? transport : null;
    }

    private static int IndexOf(SessionText said, string mid)
    {
        for (var i = 0; i < said.Media.Length; i++)
        {
            if (said.Media[i].Mid == mid)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>One medium of an end.</summary>
internal sealed class EndMedium : IDisposable
{
    /// <summary>Our side when the end speaks ICE and DTLS; shared by bundled media.</summary>
    public WebRtcTransport? WebRtc { get; set; }

    /// <summary>Our side when it does not.</summary>
    public PlainSide? Plain { get; set; }

    /// <summary>The same in the other family of addresses, if the end went from one to the other.</summary>
    public PlainSide? Other { get; set; }

    /// <summary>Its identification towards this end (RFC 5888), which stays.</summary>
    public string? Mid { get; set; }

    /// <summary>Of what is sent to the end.</summary>
    public uint Ssrc { get; } = (uint)Random.Shared.NextInt64(1, 1L << 32);

    /// <summary>Payload types that it was shown last: what it may send is numbered so (RFC 3264 section 5.1).</summary>
    public ImmutableArray<PayloadFormat> Shown { get; set; } = [];

    /// <summary>
    /// What it was shown before, the newest first, each number once: packets so numbered may be under way, or it was never told of the
    /// changes since.
    /// </summary>
    public ImmutableArray<PayloadFormat> ShownBefore { get; set; } = [];

    /// <summary>Keys that descriptions carry (RFC 4568).</summary>
    public SdesKeys Keys { get; } = new();

    /// <summary>The profile that its own description named last; empty before it spoke.</summary>
    public string Protocol { get; set; } = "";

    public void Show(ImmutableArray<PayloadFormat> payloads)
    {
        if (!Shown.SequenceEqual(payloads))
        {
            (ShownBefore, Shown) = ([.. Shown.Concat(ShownBefore).DistinctBy(format => format.Id)], payloads);
        }
    }

    public void Dispose()
    {
        WebRtc?.Dispose();
        Plain?.Transport.Close();
        Other?.Transport.Close();
        Keys.Dispose();
    }
}
