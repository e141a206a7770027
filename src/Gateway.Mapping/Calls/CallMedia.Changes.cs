using Gateway.Mapping.Descriptions;
using Gateway.Media.Relay;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Calls;

/// <summary>What changes in the media of a running call, and its end.</summary>
internal sealed partial class CallMedia
{
    private const int EarlyLimit = 64;

    private readonly List<JingleElement> _early = [];
    private long? _firstLook;

    /// <summary>
    /// Answers the phone's new offer. As long as the relay knows enough (hold and resume, session refresh) nothing is asked of it and the
    /// client is not disturbed. Keys need an answer of their own (RFC 4568 section 5.1.2), which is the relay's to write.
    /// </summary>
    public void PrepareReoffer()
    {
        var (offer, known, shown, client, table) = (Parse(PhoneReoffer), RelayedPhone, _shown!, Agreed(_relayedClient), _table);
        var text = PhoneReoffer;
        var video = HasVideo && _phoneHadVideo && table?.Relayed.Any(line => line.Media == "video") == true; // none is added to a running call
        Enqueue("re-offer of the phone", async () =>
        {
            if (offer is null || client is null || !SipOfferPlan.TryMake(offer, video, out var plan))
            {
                Post(new CallEvent.ReofferFailed(MediaFault.Refused) { Warning = CallWarnings.Of(offer) }, () => { });
                return;
            }

            var isKnown = known is not null && Describes.SameMedia(known, offer) && !offer.Media.Any(media => media.Has("crypto"));
            var answer = isKnown
                ? plan.Restore(WithoutKeys(Describes.Among(CodecComparison.AnswerFor(plan.Filtered, Describes.Relayed(shown)), known!)))
                : await RelayReofferAsync(plan, client, table!).ConfigureAwait(false);
            if (answer is null)
            {
                return;
            }

            var held = offer.IsHold;
            Post(new CallEvent.ReofferReady(held), () =>
            {
                _plan = plan;
                _shown = answer;
                Phone = text;
                RelayedPhone = isKnown ? RelayedPhone : offer;
                Show(SdpHold.Answer(answer, offer, _call.Snapshot.UserHolds));
            });
        });
    }

    /// <summary>Tells the relay where the phone now is: a late answer in ACK, a 2xx that differs from early media.</summary>
    public void UpdateSipMedia()
    {
        var (phone, known, client, table) = (ParsedPhone(), RelayedPhone, Agreed(_relayedClient), _table);
        if (phone is null || client is null || table is null || (known is not null && Describes.SameMedia(known, phone)))
        {
            return;
        }

        Enqueue("new address of the phone", async () =>
        {
            if (await RelayAgainAsync(client, phone, table).ConfigureAwait(false) is not null)
            {
                _told = phone;
                Post(null, () => RelayedPhone = phone);
            }
        });
    }

    /// <summary>Candidates go to the relay once it knows the client; fresh credentials restart ICE .</summary>
    public void AddCandidates(JingleElement info)
    {
        if (Client is not { } client)
        {
            Keep(info); // before session-accept: the relay has not heard of the client yet
            return;
        }

        var table = _table ?? MediaTable.FromJingle(client, HasVideo);
        if (IceRestart.IsRestart(client, info, table))
        {
            Restart(IceRestart.Apply(client, info), table);
            return;
        }

        if (_relayedClient is null || !ReferenceEquals(client, _relayedClient))
        {
            Keep(info);
            return;
        }

        Trickle(info, client, table);
    }

    /// <summary>The client takes the phone's digits as packets .</summary>
    public bool ClientTakesDigits => _relayedClient?.Contents.Any(content => content.Description?.Payloads.Any(
        payload => string.Equals(payload.Name, "telephone-event", StringComparison.OrdinalIgnoreCase)) == true) == true;

    /// <summary>Lets one side hear a key of the other's.</summary>
    public void PlayDigit(string tag, char key, TimeSpan duration) => Enqueue("digit", async () =>
    {
        var result = await _context.Relay.PlayDigitAsync(new MediaDigit(_call.Id, tag, key, duration), CancellationToken.None).ConfigureAwait(false);
        if (!result.IsOk)
        {
            _context.Log.MediaFailed(_call.Id, "digit", result.Fault.ToString(), result.Detail);
        }
    });

    /// <summary>Looks at the counters; a side that is silent for long is told to the call.</summary>
    public void Check() => Enqueue("query", async () =>
    {
        if (await _context.Relay.QueryAsync(_call.Id, CancellationToken.None).ConfigureAwait(false) is not { } statistics)
        {
            return;
        }

        Measure(statistics);
        var now = _context.Time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var end in statistics.Ends.Where(end => end.Tag is UserTag or PhoneTag))
        {
            // A side that never sent anything is silent since we first looked.
            var last = end.LastPacket > 0 ? end.LastPacket : _firstLook ??= now;
            var silence = TimeSpan.FromSeconds(Math.Max(0, now - last));
            if (silence >= _context.Options.Timers.MediaSilence)
            {
                _context.Log.Silent(_call.Id, end.Tag == UserTag ? "XMPP" : "SIP", silence);
                _context.Metrics.Silent(end.Tag == UserTag ? "xmpp" : "sip");
                Post(new CallEvent.MediaSilent(end.Tag == UserTag), () => { });
            }
        }
    });

    private void Measure(MediaStatistics statistics)
    {
        foreach (var end in statistics.Ends.Where(end => end.Tag is UserTag or PhoneTag))
        {
            Measure(end.Tag, "received", end.Received);
            Measure(end.Tag, "sent", end.Sent);
        }
    }

    private void Measure(string tag, string direction, MediaQuality? quality)
    {
        if (quality is { Score: { } score })
        {
            _context.Metrics.Heard(
                tag == UserTag ? "xmpp" : "sip", direction, score, quality.LossRatio, TimeSpan.FromMilliseconds(quality.Jitter),
                quality.RoundTrip is { } roundTrip ? TimeSpan.FromMilliseconds(roundTrip) : null);
        }
    }

    /// <summary>Frees the relay's ports, after whatever is still being asked of it.</summary>
    public void Release()
    {
        if (_isReleased)
        {
            return;
        }

        Enqueue("delete", async () =>
        {
            if (_isHeld && await _context.Held.EndAsync(_call.Id).ConfigureAwait(false) is { IsOk: false } result)
            {
                _context.Log.MediaFailed(_call.Id, "delete", result.Fault.ToString(), result.Detail);
            }
        });
        _isReleased = true;
    }

    private void Keep(JingleElement info)
    {
        if (_early.Count < EarlyLimit)
        {
            _early.Add(info);
        }
    }

    private void FlushCandidates(JingleElement client, MediaTable table)
    {
        foreach (var info in _early)
        {
            Trickle(info, client, table);
        }

        _early.Clear();
    }

    private void Trickle(JingleElement info, JingleElement client, MediaTable table)
    {
        foreach (var fragment in TrickleFragments.From(info, table, client))
        {
            Enqueue("trickle", async () =>
            {
                var result = await _context.Relay.TrickleAsync(
                    new MediaTrickle(_call.Id, UserTag, fragment) { ToTag = PhoneTag }, CancellationToken.None).ConfigureAwait(false);
                if (!result.IsOk)
                {
                    // Not the end: other candidates, or the client's own checks, may still connect (RFC 8445 section 7.3.1.3).
                    _context.Log.MediaFailed(_call.Id, "trickle", result.Fault.ToString(), result.Detail);
                }
            });
        }
    }

    private void Restart(JingleElement client, MediaTable table)
    {
        Client = client;
        var phone = Parse(Phone);
        if (phone is null)
        {
            return; // nothing was accepted yet: the relay learns the client's with session-accept, and the client ours
        }

        _relayedClient = client;
        var agreed = Agreed(client);
        Enqueue("ICE restart", async () =>
        {
            var known = _told ?? phone; // the phone may have moved while this waited
            if (await RelayAgainAsync(agreed, known, table).ConfigureAwait(false) is { } toClient
                && SdpToJingle.TransportInfo(toClient, table, _call.Snapshot.Sid) is { } transports)
            {
                _told = known;
                Post(new CallEvent.RestartReady(), () => (RestartedTransports, RelayedPhone) = (transports, known));
            }
        });
    }

    /// <summary>
    /// Of an offer of the client what our session-accept took: it sends and plays nothing else (RFC 3264 section 6.1), whatever the phone
    /// changes to.
    /// </summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(client))]
    private JingleElement? Agreed(JingleElement? client) => client is not { Action: JingleAction.SessionInitiate } || JingleAnswer.Sid != client.Sid
        ? client
        : client with { Contents = [.. client.Contents.Select(content => Agreed(content, JingleAnswer.Content(content.Name)?.Description))] };

    private static JingleContent Agreed(JingleContent content, RtpDescription? accepted) =>
        content.Description is { } description && accepted is not null
            ? content with
            {
                Description = description with
                {
                    Payloads = description.Payloads.RemoveAll(payload => !accepted.Payloads.Any(taken => taken.Id == payload.Id)),
                },
            }
            : content;

    private static SdpSession WithoutKeys(SdpSession sdp) =>
        sdp with { Media = [.. sdp.Media.Select(media => media.WithoutAttribute("crypto"))] };

    /// <summary>Offers the client's description again, lets the phone's answer it, and gives what the client would be told.</summary>
    private async Task<SdpSession?> RelayAgainAsync(JingleElement client, SdpSession phone, MediaTable table)
    {
        if (!TryDescribe(client, table, DtlsSetup.ActPass, out var offer))
        {
            return null;
        }

        // Named in every offer: the relay forgets what it transcoded otherwise.
        var fit = CodecComparison.Compare(sent: phone, phone, offer);
        var transcode = WithDigits(TranscodeFor(fit), offer);
        var made = await OfferAsync(UserTag, offer, MediaProfile.PlainRtp, transcode).ConfigureAwait(false);
        if (!TryTake(made, out var shown))
        {
            return null;
        }

        var answer = CodecComparison.AnswerFor(shown, phone, KeepsNumbers(fit));
        made = await AnswerAsync(UserTag, PhoneTag, answer, MediaProfile.WebRtc).ConfigureAwait(false);
        return TryTake(made, out var toClient) ? toClient : null;
    }

    /// <summary>Takes a phone's offer with another address or other codecs through the relay; the client keeps what it has.</summary>
    private async Task<SdpSession?> RelayReofferAsync(SipOfferPlan plan, JingleElement client, MediaTable table)
    {
        if (!TryDescribe(client, table, OurRoleComplement(), out var answer))
        {
            Post(new CallEvent.ReofferFailed(MediaFault.Refused), () => { });
            return null;
        }

        var made = await OfferAsync(
            PhoneTag, Describes.InPlacesOf(table, plan.Filtered), MediaProfile.WebRtc, plan.TranscodeFor(answer)).ConfigureAwait(false);
        if (!made.IsOk)
        {
            Post(new CallEvent.ReofferFailed(made.Fault), () => { });
            return null;
        }

        // The client is not told of the phone's new numbers, and keeps those that it knows.
        made = await AnswerAsync(PhoneTag, UserTag, answer, MediaProfile.PlainRtp).ConfigureAwait(false);
        if (!made.IsOk || Parse(made.Sdp) is not { } toPhone || !plan.IsAnsweredBy(toPhone))
        {
            Post(new CallEvent.ReofferFailed(made.IsOk ? MediaFault.Refused : made.Fault), () => { });
            return null;
        }

        _told = plan.Offer;
        return plan.Restore(Describes.InOrderOf(plan.Filtered, PhoneProfile.Trim(toPhone)));
    }

    /// <summary>The client's description with the DTLS role that fits an offer or an answer; its association stays .</summary>
    private static bool TryDescribe(
        JingleElement client, MediaTable table, DtlsSetup setup, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SdpSession? sdp)
    {
        var author = client.Action == JingleAction.SessionInitiate ? JingleCreator.Initiator : JingleCreator.Responder;
        if (!JingleToSdp.TryConvert(client, author, table, new DescriptionOptions(), out sdp, out _))
        {
            return false;
        }

        var role = setup.ToString().ToLowerInvariant();
        sdp = sdp with { Media = [.. sdp.Media.Select(media => media.Has("setup") ? media.WithAttribute("setup", role) : media)] };
        return true;
    }

    private DtlsSetup OurRoleComplement()
    {
        if (_relayedClient is { Action: JingleAction.SessionAccept } accept)
        {
            return accept.Contents.SelectMany(content => content.Transport?.Fingerprints ?? []).FirstOrDefault()?.Setup ?? DtlsSetup.Active;
        }

        var ours = JingleAnswer.Contents.SelectMany(content => content.Transport?.Fingerprints ?? []).FirstOrDefault()?.Setup;
        return ours == DtlsSetup.Passive ? DtlsSetup.Active : DtlsSetup.Passive;
    }
}
