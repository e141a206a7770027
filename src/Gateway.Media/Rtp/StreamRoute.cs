using Gateway.Media.Transcoding;

namespace Gateway.Media.Rtp;

/// <summary>What becomes of packets with one payload number in one stream: a <see cref="PayloadRule"/>, ready for use.</summary>
internal sealed class StreamRoute(MediaStream stream, PayloadRule rule) : IDisposable
{
    private AudioTranscoder? _transcoder;
    private int _packetTime;

    public MediaStream Stream => stream;

    public PayloadRule Rule => rule;

    public PayloadAction Action { get; } = rule.Action;

    public byte Outgoing { get; } = rule.Outgoing.Id;

    public int IncomingRate { get; } = rule.Incoming.ClockRate;

    /// <summary>By its clock the stream's timestamps go: neither digits nor comfort noise, which have a clock of their own at some phones.</summary>
    public bool IsMedia { get; } = !rule.Incoming.Encoding.Equals("telephone-event", StringComparison.OrdinalIgnoreCase)
        && !rule.Incoming.Encoding.Equals("CN", StringComparison.OrdinalIgnoreCase);

    public int OutgoingRate { get; } = rule.Outgoing.ClockRate;

    public bool IsDigits { get; } =
        rule.Incoming.Encoding.Equals("telephone-event", StringComparison.OrdinalIgnoreCase);

    /// <summary>Made by the first packet, and again when the peer wants other packets; null for codecs that are not known.</summary>
    public AudioTranscoder? TranscoderFor(int packetTime)
    {
        if (_packetTime != packetTime)
        {
            _packetTime = packetTime;
            _transcoder?.Dispose();
            _transcoder = AudioTranscoder.TryCreate(rule.Incoming, rule.Outgoing, packetTime, out var made) ? made : null;
        }

        return _transcoder;
    }

    /// <summary>Another source begins, or none: what was transcoded is over.</summary>
    public void Clear() => _transcoder?.Clear();

    public void Dispose()
    {
        _transcoder?.Dispose();
        (_transcoder, _packetTime) = (null, 0);
    }
}
