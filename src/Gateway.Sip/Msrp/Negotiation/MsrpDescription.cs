using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.Sip.Sdp;

namespace Gateway.Sip.Msrp.Negotiation;

/// <summary>What of ours goes into a description.</summary>
internal sealed record MsrpLocal(MsrpTerms Terms, MsrpPath Path, MsrpSetup Setup, bool Cema, MsrpFingerprint? Fingerprint);

/// <summary>
/// Our descriptions of one dialog: numbered, and numbered anew only when something has changed (RFC 4975 section 8.4,
/// MAPPING C-21, U-16).
/// </summary>
internal sealed class MsrpDescription(string sessionId)
{
    private ImmutableArray<SdpMedia> _shape = [];
    private ulong _version;
    private SdpSession? _last;

    /// <summary>Which of the media descriptions is ours; the others are refused.</summary>
    public int Index { get; private set; }

    /// <summary>Takes the media of the peer's offer over: order and number never change in a dialog (RFC 3264 section 8).</summary>
    public void TakeShape(ImmutableArray<SdpMedia> offered, int index)
    {
        _shape = [.. offered.Select(m => m.Refused())];
        Index = index;
    }

    public SdpSession Build(MsrpLocal local)
    {
        var media = Media(local);
        var host = local.Path.First.Host;
        var isIPv6 = IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6;
        var connection = new SdpConnection("IN", isIPv6 ? "IP6" : "IP4", host);
        var next = new SdpSession
        {
            Origin = new SdpOrigin("-", sessionId, _version, "IN", connection.AddrType, host),
            Connection = connection,
            Media = _shape.IsEmpty ? [media] : _shape.SetItem(Index, media),
        };
        if (_last is null || !_last.Equals(next))
        {
            _version++;
            next = next.WithVersion(_version);
            _last = next;
        }

        return _last;
    }

    private static SdpMedia Media(MsrpLocal local)
    {
        var first = local.Path.First;
        var media = new SdpMedia
        {
            Media = "message",
            Port = first.Port!.Value,
            Protocol = first.IsSecure ? MsrpMediaReader.Secure : MsrpMediaReader.Plain,
            Formats = ["*"],
        };
        media = media.AddAttribute("accept-types", string.Join(' ', local.Terms.AcceptTypes));
        if (!local.Terms.AcceptWrappedTypes.IsEmpty)
        {
            media = media.AddAttribute("accept-wrapped-types", string.Join(' ', local.Terms.AcceptWrappedTypes));
        }

        media = media.AddAttribute("max-size", local.Terms.MaxSize.ToString(CultureInfo.InvariantCulture))
            .AddAttribute("path", local.Path.ToString())
            .AddAttribute("setup", local.Setup switch
            {
                MsrpSetup.Active => "active",
                MsrpSetup.Passive => "passive",
                _ => "actpass",
            });
        if (local.Cema)
        {
            media = media.AddAttribute("msrp-cema");
        }

        if (local.Fingerprint is { } fingerprint)
        {
            media = media.AddAttribute("fingerprint", $"{fingerprint.Hash} {fingerprint.Value}");
        }

        return local.Terms.Direction == SdpDirection.SendRecv ? media : media.WithDirection(local.Terms.Direction);
    }
}
