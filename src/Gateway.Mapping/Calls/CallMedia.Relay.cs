using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Media.Relay;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Calls;

/// <summary>How work for the relay is queued, and its results come back to the call's loop.</summary>
internal sealed partial class CallMedia
{
    /// <summary>One request after the other: a relay must not see an answer overtake its offer.</summary>
    private void Enqueue(string step, Func<Task> work)
    {
        if (!_isReleased)
        {
            _tail = AfterAsync(_tail, step, work);
        }
    }

    private async Task AfterAsync(Task before, string step, Func<Task> work)
    {
        await before.ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            _context.Log.EffectFailed(_call.Id, step, fault);
            Fail(CallMediaFault.RelayUnavailable);
        }
    }

    private ValueTask<MediaResult> OfferAsync(
        string from, SdpSession sdp, MediaProfile towards, ImmutableArray<string> transcode) =>
        OfferAsync(from, sdp.ToString(), towards, transcode);

    private ValueTask<MediaResult> OfferAsync(
        string from, string sdp, MediaProfile towards, ImmutableArray<string> transcode)
    {
        if (!_isHeld)
        {
            _isHeld = true;
            _context.Held.Begin(_call.Id);
        }

        return _context.Relay.OfferAsync(
            new MediaOffer(_call.Id, from, sdp, towards)
            {
                ToTag = Other(from),
                Transcode = transcode,
                Srtp = towards == MediaProfile.PlainRtp ? Srtp : MediaSrtp.Off,
                Family = towards == MediaProfile.PlainRtp ? Family : null,
            },
            CancellationToken.None); // the relay's own patience ends it
    }

    private ValueTask<MediaResult> AnswerAsync(
        string offerer, string answerer, SdpSession sdp, MediaProfile towards) =>
        _context.Relay.AnswerAsync(new MediaAnswer(_call.Id, offerer, answerer, sdp.ToString(), towards), CancellationToken.None);

    /// <summary>What the trunk of a call to SIP asks for; a phone that calls says so itself.</summary>
    private MediaSrtp Srtp => _call.Parties.Target?.Trunk?.Options.Srtp switch
    {
        TrunkSrtp.Required => MediaSrtp.Required,
        TrunkSrtp.Optional => MediaSrtp.Optional,
        _ => MediaSrtp.Off,
    };

    /// <summary>A trunk that is reached by IPv6 presumably hears nothing from IPv4. What a name means only DNS knows, and is not waited for.</summary>
    private AddressFamily? Family =>
        _call.Parties.Target?.NextHop is { } next && HostPart.TryReadLiteral(next.Host, out var address) ? address.AddressFamily : null;

    private static string Other(string tag) => tag == UserTag ? PhoneTag : UserTag;

    /// <summary>The description of a result; a fault is told to the call.</summary>
    private bool TryTake(MediaResult result, [NotNullWhen(true)] out SdpSession? sdp)
    {
        sdp = result.IsOk ? Parse(result.Sdp) : null;
        if (sdp is null)
        {
            _context.Log.MediaFailed(_call.Id, "negotiation", result.Fault.ToString(), result.Detail);
            Fail(result.Fault == MediaFault.Refused ? CallMediaFault.NotAcceptable : CallMediaFault.RelayUnavailable);
        }

        return sdp is not null;
    }

    private void Done(MediaResult result, CallEvent e, Action<SdpSession> keep)
    {
        if (TryTake(result, out var sdp))
        {
            Post(e, () => keep(sdp));
        }
    }

    private void Fail(CallMediaFault fault, JingleReasonInfo? why = null) => Post(new CallEvent.MediaFailed(fault) { Reason = why }, () => { });

    /// <summary>Back on the call's loop: first what was learnt is kept, then the event is taken. No event: only the former.</summary>
    private void Post(CallEvent? e, Action keep) => _call.Post(new CallInput(e)
    {
        Apply = () =>
        {
            keep();
            return true;
        },
    });
}
