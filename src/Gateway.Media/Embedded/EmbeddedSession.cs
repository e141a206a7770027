using System.Collections.Immutable;
using System.Net.Sockets;
using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Io;
using Gateway.Media.Relay;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded;

/// <summary>
/// One call: two ends, and the packets between them. All of it lives on one loop, where the relay's verbs are brought to it,
/// one after the other.
/// </summary>
internal sealed partial class EmbeddedSession
{
    private readonly EmbeddedContext _context;
    private readonly IMediaLoop _loop;
    private readonly RelayEnd[] _ends = [new(0), new(1)];
    private readonly List<Action> _waiting = [];
    private IMediaTimer? _patience;
    private RelayExchange? _exchange;

    /// <summary>One for all associations of the call, however long it lasts: clients take no other in the middle of it.</summary>
    private DtlsCertificate? _certificate;

    public EmbeddedSession(string id, EmbeddedContext context, IMediaLoop loop)
    {
        (Id, _context, _loop) = (id, context, loop);
        _call = NewCall();
    }

    /// <summary>The call's name.</summary>
    public string Id { get; }

    /// <summary>Where it lives.</summary>
    public IMediaLoop Loop => _loop;

    public bool IsClosed { get; private set; }

    /// <summary>An offer has been taken.</summary>
    public bool IsOpen => _exchange is not null;

    /// <summary>Takes an offer and shows the other end ours. Nothing that runs changes before the answer comes.</summary>
    public void Offer(MediaOffer offer, SessionText text, Action<MediaResult> done)
    {
        if (IsClosed || !TryEnds(offer.FromTag, offer.ToTag, out var offerer, out var answerer))
        {
            done(Faults.Unknown);
            return;
        }

        var payloads = text.Media.Select(medium => RelayExchange.Offered(medium, offer.Towards, offer.Transcode)).ToImmutableArray();
        var lines = ImmutableArray.CreateBuilder<Func<LocalMedium>>(text.Media.Length);
        for (var i = 0; i < text.Media.Length; i++)
        {
            var medium = text.Media[i];
            var isUsable = medium.IsRtp && !medium.IsRefused && payloads[i].Any(format => !format.IsAuxiliary);
            if (!isUsable)
            {
                var refused = new LocalMedium.Refused(medium.IsRtp ? OfferProtocol(answerer.Medium(i), offer) : medium.Protocol);
                lines.Add(() => refused);
            }
            else if (Side(answerer, i, offer, medium) is { } side)
            {
                lines.Add(side);
            }
            else
            {
                done(Faults.Exhausted);
                return;
            }
        }

        WhenGathered(() =>
        {
            if (IsClosed)
            {
                done(Faults.Unknown);
                return;
            }

            var shown = lines.Select(line => line()).ToImmutableArray();
            if (shown.All(line => line is LocalMedium.Refused))
            {
                done(MediaResult.Failed(MediaFault.Refused, "no medium that could be relayed"));
                return;
            }

            _exchange = new RelayExchange(offerer, answerer, text, shown, payloads);
            for (var i = 0; i < shown.Length; i++)
            {
                answerer.Medium(i).Show(payloads[i]);
            }

            done(MediaResult.Ok(DescriptionWriter.Write(text, shown, payloads)));
        });
    }

    /// <summary>Adds candidates of one end, or keeps them for its description.</summary>
    public MediaResult Trickle(MediaTrickle trickle, ImmutableArray<TrickleFragment> parts)
    {
        if (IsClosed || !TryEnds(trickle.FromTag, trickle.ToTag, out var from, out _))
        {
            return Faults.Unknown;
        }

        foreach (var part in parts)
        {
            from.Take(part);
        }

        return MediaResult.Ok();
    }

    /// <summary>Frees everything.</summary>
    public void Close()
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        _call.Close();
        foreach (var end in _ends)
        {
            end.Dispose();
        }

        Gathered();
    }

    private IEnumerable<WebRtcTransport> WebRtcTransports => _ends.SelectMany(end => end.WebRtcTransports);

    /// <summary>Ends are named when they first speak or are spoken of; a third one is none of this session.</summary>
    private bool TryEnds(string from, string? to, out RelayEnd one, out RelayEnd other)
    {
        one = Array.Find(_ends, end => end.Tag == from) ?? Array.Find(_ends, end => end.Tag is null)!;
        other = one == _ends[0] ? _ends[1] : _ends[0];
        if (one is null || (to is not null && other.Tag is { } known && known != to))
        {
            return false;
        }

        one.Tag = from;
        other.Tag ??= to;
        return true;
    }

    /// <summary>Our side towards the end that will read the offer; null when there are no ports for it.</summary>
    private Func<LocalMedium>? Side(RelayEnd reader, int index, MediaOffer offer, MediaSection medium)
    {
        var slot = reader.Medium(index);
        var protocol = OfferProtocol(slot, offer);
        if (offer.Towards == MediaProfile.WebRtc)
        {
            var mid = slot.Mid ??= Mid(reader, index, medium);
            return TryOpenWebRtc(reader, index, isOffer: true) is { } transport
                ? () => transport.Describe(protocol, mid, reader.Source(index), SetupRole.ActPass) : null;
        }

        if (TryOpenPlain(reader, index, FamilyHint(offer.Family)) is not { } plain)
        {
            return null;
        }

        var keys = protocol == "RTP/SAVP" || offer.Srtp == MediaSrtp.Optional ? slot.Keys.Offer() : [];
        return () => plain.Describe(protocol, keys);
    }

    /// <summary>R-20, R-29: what the reader speaks already, or else what the offer asks for.</summary>
    private static string OfferProtocol(EndMedium slot, MediaOffer offer) => offer.Towards == MediaProfile.WebRtc
        ? "UDP/TLS/RTP/SAVPF"
        : slot.Protocol is "RTP/SAVP" or "RTP/SAVPF" || offer.Srtp == MediaSrtp.Required ? "RTP/SAVP" : "RTP/AVP";

    /// <summary>RFC 5888 section 4: unique in the description; the author's own where it serves.</summary>
    private static string Mid(RelayEnd reader, int index, MediaSection medium)
    {
        var wanted = medium.Mid is { Length: > 0 and <= 16 } own && own.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? own : $"{index}";
        return Enumerable.Range(0, index).Any(i => reader.Medium(i).Mid == wanted) ? $"m{index}" : wanted;
    }

    /// <summary>An address that stands for a family.</summary>
    private static string FamilyHint(AddressFamily? family) => family switch
    {
        AddressFamily.InterNetwork => "0.0.0.0",
        AddressFamily.InterNetworkV6 => "::",
        _ => "",
    };

    private PlainSide? TryOpenPlain(RelayEnd end, int index, string hint)
    {
        var slot = end.Medium(index);
        if (slot.Plain is null && PlainSide.TryOpen(_context.Ports, _context.Hosts, _loop, hint) is { } opened)
        {
            slot.Plain = opened;
            Attach(end, opened.Transport);
        }

        return slot.Plain;
    }

    /// <summary>The same for an end that says where it is, perhaps now in the other family of addresses.</summary>
    private PlainSide? TryFollow(RelayEnd end, int index, string address)
    {
        var slot = end.Medium(index);
        if (slot.Plain is not { } here || !PeerAddress.TryParse(address, 0, out var peer) || peer.IsAny
            || peer.IsIPv4 == here.Transport.Local.IsIPv4 || !_context.Hosts.Any(host => host.Bound.IsIPv4 == peer.IsIPv4))
        {
            return TryOpenPlain(end, index, address);
        }

        (slot.Plain, slot.Other) = (slot.Other, here);
        return TryOpenPlain(end, index, address);
    }

    /// <summary>All media of an end share one transport, unless the end itself keeps them apart.</summary>
    private WebRtcTransport? TryOpenWebRtc(RelayEnd end, int index, bool isOffer, bool isBundled = true)
    {
        var slot = end.Medium(index);
        if (slot.WebRtc is not null)
        {
            return slot.WebRtc;
        }

        if (isBundled && end.WebRtcTransports is [var shared, ..])
        {
            return slot.WebRtc = shared;
        }

        var transport = new WebRtcTransport(_loop, this, _certificate ??= _context.Certificates.Current, _context.Ice with
        {
            // who offers first controls.
            Role = isOffer ? Ice.IceRole.Controlling : Ice.IceRole.Controlled,
        });
        if (!transport.TryOpen(_context.Ports, _context.Hosts))
        {
            transport.Dispose();
            return null;
        }

        end.WebRtcTransports.Add(transport);
        Attach(end, transport.Media);
        return slot.WebRtc = transport;
    }

    /// <summary>Writes what waits for a STUN server's answer once that is there, or its time is over.</summary>
    private void WhenGathered(Action write)
    {
        if (!WebRtcTransports.Any(transport => transport.IsGathering))
        {
            write();
            return;
        }

        _waiting.Add(write);
        if (_waiting.Count == 1)
        {
            _patience ??= _loop.CreateTimer(_ => Gathered());
            _patience.Start(_loop.Now + (long)_context.Options.StunPatience.TotalMilliseconds);
        }
    }

    private void Gathered()
    {
        _patience?.Stop();
        Action[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach (var write in waiting)
        {
            write();
        }
    }
}
