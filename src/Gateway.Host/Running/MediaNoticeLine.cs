using Gateway.Media.Relay;

namespace Gateway.Host.Running;

/// <summary>From the relay to the calls, which are made after it.</summary>
internal sealed class MediaNoticeLine : IMediaNotices
{
    private IMediaNotices _to = NoMediaNotices.Instance;

    /// <summary>Who listens. To be set before the first call.</summary>
    public IMediaNotices To
    {
        get => Volatile.Read(ref _to);
        set => Volatile.Write(ref _to, value);
    }

    public void OnNotice(MediaNotice notice) => To.OnNotice(notice);
}
