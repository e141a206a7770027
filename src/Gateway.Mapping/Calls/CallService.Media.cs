using Gateway.Media.Relay;

namespace Gateway.Mapping.Calls;

/// <summary>What the media relay tells unasked becomes events of the call.</summary>
public sealed partial class CallService
{
    /// <inheritdoc/>
    public void OnNotice(MediaNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (_directory.TryFindCall(notice.SessionId, out var call) && Event(notice) is { } e)
        {
            // Whoever posts may have to run the call, and the relay's threads carry packets.
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.call.Post(new CallInput(work.e)), (call, e), preferLocal: false);
        }
    }

    private static CallEvent? Event(MediaNotice notice) => notice switch
    {
        MediaNotice.ConsentLost or MediaNotice.NotConnected => new CallEvent.MediaFailed(CallMediaFault.ConnectionLost),
        MediaNotice.Lost => new CallEvent.MediaFailed(CallMediaFault.RelayUnavailable),
        MediaNotice.NotAuthentic => new CallEvent.MediaFailed(CallMediaFault.NotAuthentic),
        MediaNotice.Silent s => new CallEvent.MediaSilent(s.Tag == CallMedia.UserTag),
        MediaNotice.Digit d when d.Tag == CallMedia.PhoneTag => new CallEvent.DigitHeard(d.Key, d.Duration),
        _ => null,
    };
}
