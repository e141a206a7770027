using System.Collections.Immutable;
using Gateway.Mapping.Descriptions;
using Gateway.Media.Relay;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Calls;

/// <summary>
/// The media of one call: keeps the newest description of each side, asks the relay, one request after the other, and posts what
/// comes of it. Public members belong to the call's loop; work for the relay carries copies of what it needs.
/// </summary>
internal sealed partial class CallMedia : IAsyncDisposable
{
    /// <summary>The names of the ends at the relay.</summary>
    internal const string UserTag = "x", PhoneTag = "s";

    private readonly CallContext _context;
    private readonly CallActor _call;
    private SdpVersioning _versioning = SdpVersioning.Start((ulong)Random.Shared.Next(1, int.MaxValue));
    private Task _tail = Task.CompletedTask;
    private SdpSession? _shown;
    private bool _phoneHadVideo;
    private SdpSession? _told; // of the phone, by the work for the relay, which may be ahead of the call's loop
    private (string? Text, SdpSession? Sdp) _parsedPhone;
    private JingleElement? _relayedClient;
    private SipOfferPlan? _plan;
    private MediaTable? _table;
    private bool _isReleased;
    private bool _isHeld; // by the relay, or perhaps

    public CallMedia(CallContext context, CallActor call)
    {
        _context = context;
        _call = call;
    }

    private bool HasVideo => _call.Parties.HasVideo;

    /// <summary>What the relay knows the phone by; null when it was told nothing yet.</summary>
    private SdpSession? RelayedPhone
    {
        get;
        set
        {
            field = value;
            _phoneHadVideo |= value?.Media.Any(media => media is { Media: "video", IsRefused: false }) == true;
        }
    }

    private DescriptionOptions Descriptions => new() { RequireDtls = _context.Relay.RequiresDtls };

    /// <summary>What the client said last: session-initiate or session-accept, with the candidates that came since.</summary>
    public JingleElement? Client { get; set; }

    /// <summary>What the phone said last.</summary>
    public string? Phone { get; set; }

    /// <summary>What the phone offers in the re-INVITE that is open.</summary>
    public string? PhoneReoffer { get; set; }

    /// <summary>session-initiate, ready to be sent.</summary>
    public JingleElement JingleOffer { get; private set; } = new(JingleAction.SessionInitiate, "");

    /// <summary>session-accept, ready to be sent.</summary>
    public JingleElement JingleAnswer { get; private set; } = new(JingleAction.SessionAccept, "");

    /// <summary>transport-info after an ICE restart, ready to be sent.</summary>
    public JingleElement RestartedTransports { get; private set; } = new(JingleAction.TransportInfo, "");

    /// <summary>What the phone is to be told next, under our own o= line (U-16).</summary>
    public string SipDescription { get; private set; } = "";

    /// <summary>Our description for a re-INVITE, its direction set by the holds .</summary>
    public string Redirected(bool userHolds, bool phoneHolds)
    {
        Show(SdpHold.Offer(_shown!, userHolds, phoneHolds));
        return SipDescription;
    }

    /// <summary>Makes the INVITE's offer.</summary>
    public void PrepareInviteOffer()
    {
        var client = Client;
        var table = client is null ? null : MediaTable.FromJingle(client, HasVideo);
        var transcode = _call.Parties.Target?.Trunk?.Options.Transcode ?? [];
        Enqueue("offer to SIP", async () =>
        {
            var offer = GatewayOffer.For(_call.Parties.Media);
            JingleReasonInfo? fault = null;
            if (client is not null && !JingleToSdp.TryConvert(client, JingleCreator.Initiator, table!, Descriptions, out offer, out fault))
            {
                Fail(CallMediaFault.NotAcceptable, fault);
                return;
            }

            var text = client is null ? GatewayOffer.TextFor(_call.Parties.Media) : offer!.ToString();
            var made = await OfferAsync(UserTag, text, MediaProfile.PlainRtp, WithDigits(transcode, offer!)).ConfigureAwait(false);
            Done(made, new CallEvent.OfferReady(), sdp =>
            {
                (_table, _relayedClient) = (table, client);
                Show(_shown = PhoneProfile.Trim(sdp));
                if (client is not null)
                {
                    FlushCandidates(client, table!);
                }
            });
        });
    }

    /// <summary>Makes session-initiate's offer, from the phone's, or from our own when the INVITE had none .</summary>
    public void PrepareJingleOffer()
    {
        var phone = Phone;
        Enqueue("offer to XMPP", async () =>
        {
            var offer = phone is null ? GatewayOffer.For(_call.Parties.Media) : Parse(phone);
            if (offer is null || !SipOfferPlan.TryMake(offer, HasVideo, out var plan))
            {
                Fail(CallMediaFault.NotAcceptable);
                return;
            }

            var made = await OfferAsync(PhoneTag, plan.Filtered, MediaProfile.WebRtc, plan.Transcode).ConfigureAwait(false);
            Done(made, new CallEvent.OfferReady(), sdp =>
            {
                (_plan, RelayedPhone) = (plan, phone is null ? null : offer);
                _table = MediaTable.FromSdp(sdp);
                JingleOffer = SdpToJingle.Initiate(sdp, _table, _call.Snapshot.Sid, _call.Parties.Contact.ToString());
            });
        });
    }

    /// <summary>Makes the 200's description from session-accept.</summary>
    public void PrepareSipAnswer()
    {
        var (client, table, plan) = (Client!, _table!, _plan!);
        var isLate = Phone is null;
        Enqueue("answer to SIP", async () =>
        {
            if (!JingleToSdp.TryConvert(client, JingleCreator.Responder, table, Descriptions, out var answer, out var fault))
            {
                Fail(CallMediaFault.NotAcceptable, fault);
                return;
            }

            var made = await AnswerAsync(PhoneTag, UserTag, answer, MediaProfile.PlainRtp).ConfigureAwait(false);
            if (!TryTake(made, out var sdp))
            {
                return;
            }

            if (!plan.IsAnsweredBy(sdp))
            {
                Fail(CallMediaFault.NotAcceptable);
                return;
            }

            if (isLate && (sdp = await OfferLateAsync(client, table).ConfigureAwait(false)) is null)
            {
                return;
            }

            Post(new CallEvent.AnswerReady(), () =>
            {
                _relayedClient = client;
                _shown = plan.Restore(PhoneProfile.Trim(sdp));
                Show(isLate ? _shown : SdpHold.Answer(_shown, plan.Offer, heldByUs: false));
                FlushCandidates(client, table);
            });
        });
    }

    /// <summary>
    /// Makes session-accept from what the phone said. When the INVITE went out before the client spoke (J-20), the relay is
    /// offered the client's description now, in place of ours; the phone learns of it only if its answer no longer fits.
    /// </summary>
    public void PrepareJingleAnswer()
    {
        var (client, phone, sent) = (Client!, ParsedPhone(), _shown);
        var isKnown = ReferenceEquals(client, _relayedClient);
        var table = MediaTable.FromJingle(client, HasVideo);
        Enqueue("answer to XMPP", async () =>
        {
            JingleReasonInfo? fault = null;
            if (phone is null || !JingleToSdp.TryConvert(client, JingleCreator.Initiator, table, Descriptions, out var offer, out fault))
            {
                Fail(CallMediaFault.NotAcceptable, fault);
                return;
            }

            var (toPhone, answer, fit) = (sent!, phone, (CodecFit)new CodecFit.Same());
            if (!isKnown)
            {
                fit = CodecComparison.Compare(sent!, phone, offer);
                var reoffer = await OfferAsync(UserTag, offer, MediaProfile.PlainRtp, WithDigits(TranscodeFor(fit), offer)).ConfigureAwait(false);
                if (!TryTake(reoffer, out var shown))
                {
                    return;
                }

                toPhone = Describes.InOrderOf(sent!, PhoneProfile.Trim(shown));
                answer = CodecComparison.AnswerFor(shown, phone, KeepsNumbers(fit));
            }

            var made = await AnswerAsync(UserTag, PhoneTag, answer, MediaProfile.WebRtc).ConfigureAwait(false);
            if (!TryTake(made, out var toClient))
            {
                return;
            }

            if (!SdpToJingle.TryAccept(toClient, client, table, _call.Parties.Contact.ToString(), out var accept, out var why))
            {
                Fail(CallMediaFault.NotAcceptable, why);
                return;
            }

            _told = phone;
            var fits = isKnown || ((fit is CodecFit.Same or CodecFit.Transcode || KeepsNumbers(fit)) && CodecComparison.VideoFits(sent!, phone, offer));
            var needsReinvite = !fits || !Describes.SameAddress(sent!, toPhone);
            if (needsReinvite)
            {
                _context.Log.NeedsReinvite(_call.Id, fits ? "the relay's address changed" : "codec numbers differ");
            }

            Post(new CallEvent.AcceptReady(needsReinvite), () =>
            {
                (_table, RelayedPhone, JingleAnswer) = (table, phone, accept);
                _relayedClient = ReferenceEquals(Client, client) ? client : _relayedClient; // it restarted ICE meanwhile
                if (needsReinvite)
                {
                    _shown = toPhone;
                }

                FlushCandidates(client, table);
            });
        });
    }

    /// <summary>Both sides offered (J-41): each offer answers the other.</summary>
    public void PrepareJoin()
    {
        var (client, phone) = (Client!, Phone);
        var table = MediaTable.FromJingle(client, HasVideo);
        Enqueue("joining", async () =>
        {
            var theirs = phone is null ? GatewayOffer.For(_call.Parties.Media) : Parse(phone);
            JingleReasonInfo? fault = null;
            if (theirs is null || !SipOfferPlan.TryMake(theirs, HasVideo, out var plan)
                || !JingleToSdp.TryConvert(client, JingleCreator.Initiator, table, Descriptions, out var offer, out fault))
            {
                Fail(CallMediaFault.NotAcceptable, fault);
                return;
            }

            var made = await OfferAsync(UserTag, offer, MediaProfile.PlainRtp, []).ConfigureAwait(false);
            if (!TryTake(made, out var shown))
            {
                return;
            }

            made = await AnswerAsync(UserTag, PhoneTag, CodecComparison.AnswerFor(shown, plan.Filtered), MediaProfile.WebRtc).ConfigureAwait(false);
            if (!TryTake(made, out var toClient))
            {
                return;
            }

            if (!SdpToJingle.TryAccept(toClient, client, table, _call.Parties.Contact.ToString(), out var accept, out var why))
            {
                Fail(CallMediaFault.NotAcceptable, why);
                return;
            }

            Post(new CallEvent.AcceptReady(NeedsReinvite: false), () =>
            {
                (_table, _plan, _relayedClient, JingleAnswer) = (table, plan, client, accept);
                RelayedPhone = phone is null ? null : theirs;
                var toPhone = PhoneProfile.Trim(shown);
                _shown = phone is null ? toPhone : plan.Restore(CodecComparison.AnswerFor(plan.Filtered, toPhone));
                Show(phone is null ? _shown : SdpHold.Answer(_shown, theirs, heldByUs: false));
                FlushCandidates(client, table);
            });
        });
    }

    /// <summary>
    /// The offer of a 200: the client's codecs, and those of every phone behind them, for the client was asked for a phone that has
    /// them all (<see cref="GatewayOffer"/>) and may have chosen one that this phone has not.
    /// </summary>
    private async Task<SdpSession?> OfferLateAsync(JingleElement client, MediaTable table)
    {
        if (!TryDescribe(client, table, DtlsSetup.ActPass, out var offer))
        {
            Fail(CallMediaFault.NotAcceptable);
            return null;
        }

        var made = await OfferAsync(UserTag, offer, MediaProfile.PlainRtp, WithDigits(["PCMU", "PCMA"], offer)).ConfigureAwait(false);
        return TryTake(made, out var sdp) ? sdp : null;
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        await _tail.ConfigureAwait(false);
    }

    /// <summary>Sets what the phone is told; our o= version rises only when something changed.</summary>
    private void Show(SdpSession sdp)
    {
        (_, _versioning) = _versioning.Apply(sdp);
        SipDescription = _versioning.Text;
    }

    /// <summary>The relay is told the phone's own numbers, and gives each packet those of its receiver.</summary>
    private bool KeepsNumbers(CodecFit fit) => fit is CodecFit.Renumbered && _context.Relay.Renumbers;

    private static ImmutableArray<string> TranscodeFor(CodecFit fit) => fit is CodecFit.Transcode t ? t.Encodings : [];

    /// <summary>A client that sends no telephone-event presses keys by signalling, and the relay sends them for it .</summary>
    private static ImmutableArray<string> WithDigits(ImmutableArray<string> transcode, SdpSession offer) =>
        offer.Media.Any(media => media.Formats.Any(format => CodecIdentity.Of(media, format) is { Encoding: "telephone-event" }))
            ? transcode : transcode.Add("telephone-event");

    /// <summary>What the phone said last, read once.</summary>
    private SdpSession? ParsedPhone()
    {
        if (!ReferenceEquals(_parsedPhone.Text, Phone))
        {
            _parsedPhone = (Phone, Parse(Phone));
        }

        return _parsedPhone.Sdp;
    }

    private static SdpSession? Parse(string? sdp) => sdp is not null && SdpSession.TryParse(sdp, out var parsed, out _) ? parsed : null;
}
