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

    public void Dispose()
    {
        _transcoder?.Dispose();
        (_transcoder, _packetTime) = (null, 0);
    }
}
