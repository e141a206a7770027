using System.Diagnostics.CodeAnalysis;
using Gateway.Media.Codecs;
using Gateway.Media.Rtp;

namespace Gateway.Media.Transcoding;

/// <summary>
/// One direction of a call whose ends have no codec in common. Packets go in as they come; every <see cref="PacketTime"/>
/// milliseconds one is pulled out. Nothing is allocated after set-up. Owned by one thread.
/// </summary>
public sealed class AudioTranscoder : IDisposable
{
    /// <summary>Octets that a pulled payload needs at most: RFC 6716 section 3.4, and 60 ms of G.711.</summary>
    public const int MostOctets = 1276;

    private readonly AudioSource _source;
    private readonly IAudioEncoder _encoder;
    private readonly Resampler? _resampler;
    private readonly short[] _pulled;
    private readonly short[] _resampled;

    private AudioTranscoder(AudioSource source, IAudioEncoder encoder, int packetTime, int clockRate)
    {
        (_source, _encoder, PacketTime) = (source, encoder, packetTime);
        TicksPerPacket = clockRate / 1000 * packetTime;
        _pulled = new short[source.SampleRate / 1000 * packetTime];
        _resampled = new short[encoder.SampleRate / 1000 * packetTime];
        _resampler = source.SampleRate == encoder.SampleRate ? null : new Resampler(encoder.SampleRate > source.SampleRate, _pulled.Length);
    }

    /// <summary>Milliseconds from one packet to the next; the codec may have another step than was asked for.</summary>
    public int PacketTime { get; }

    /// <summary>By how much the outgoing timestamp grows from packet to packet: ticks of the outgoing RTP clock.</summary>
    public int TicksPerPacket { get; }

    /// <summary>A packet has come: it is worth pulling.</summary>
    public bool IsStarted => _source.IsStarted;

    /// <summary>Milliseconds for which packets wait to be played, at this moment.</summary>
    public int Delay => _source.Delay;

    /// <summary>Packets in whose place something else was played.</summary>
    public long Missing => _source.Losses.Missing;

    /// <summary>
    /// Packets that did not come and were made anew from the next: by its redundancy, or concealment where it has none.
    /// </summary>
    public long Recovered => _source.Losses.Recovered;

    /// <summary>Packets that came too late, twice, or too large.</summary>
    public long Dropped => _source.Losses.Dropped;

    /// <summary>Whether the codec is one of those that can be decoded and encoded: opus, PCMU, PCMA, G722.</summary>
    public static bool Knows(string encoding) => Codec(encoding) is not null;

    /// <summary>Makes one; false when one of the codecs is not known.</summary>
    /// <param name="incoming">What comes.</param>
    /// <param name="outgoing">What is to go out; its format parameters are the receiver's.</param>
    /// <param name="packetTime">Milliseconds of a packet that the receiver wants, 10 to 60.</param>
    /// <param name="transcoder">Made.</param>
    public static bool TryCreate(
        PayloadFormat incoming, PayloadFormat outgoing, int packetTime, [NotNullWhen(true)] out AudioTranscoder? transcoder)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        ArgumentNullException.ThrowIfNull(outgoing);
        transcoder = null;
        if (Codec(incoming.Encoding) is not { } from || Codec(outgoing.Encoding) is not { } to)
        {
            return false;
        }

        // Opus decodes and encodes at any rate: it takes the other's.
        var decoder = Decoder(from, to is AudioCodec.Opus ? 48_000 : Rate(to));
        var encoder = Encoder(to, from is AudioCodec.Opus ? 48_000 : Rate(from), outgoing.Parameters);
        var time = to is AudioCodec.Opus ? OpusEncoder.PacketTime(packetTime) : Math.Clamp(packetTime / 10 * 10, 10, 60);
        transcoder = new AudioTranscoder(
            new AudioSource(decoder, ClockRate(from)), encoder, time, ClockRate(to));
        return true;
    }

    /// <summary>Takes a packet.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="timestamp">Its time.</param>
    /// <param name="payload">Copied.</param>
    /// <param name="marker">First after a silence (RFC 3551 section 4.1).</param>
    public void Add(ushort sequence, uint timestamp, ReadOnlySpan<byte> payload, bool marker = false) =>
        _source.Add(sequence, timestamp, payload, marker);

    /// <summary>Another source begins (its SSRC changed): what is left of the last one is dropped.</summary>
    public void Clear() => _source.Clear();

    /// <summary>
    /// Makes the next packet: to be called every <see cref="PacketTime"/> milliseconds. Gives the payload's octets; 0 when there
    /// is nothing to send.
    /// </summary>
    public int Pull(Span<byte> payload)
    {
        if (!IsStarted)
        {
            return 0;
        }

        _source.Pull(_pulled);
        if (_resampler is null)
        {
            return _encoder.Encode(_pulled, payload);
        }

        _ = _resampler.Process(_pulled, _resampled);
        return _encoder.Encode(_resampled, payload);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _encoder.Dispose();
    }

    private static AudioCodec? Codec(string encoding) => encoding.ToUpperInvariant() switch
    {
        "OPUS" => AudioCodec.Opus,
        "PCMU" => AudioCodec.MuLaw,
        "PCMA" => AudioCodec.ALaw,
        "G722" => AudioCodec.G722,
        _ => null,
    };

    private static int Rate(AudioCodec codec) => codec is AudioCodec.G722 ? 16_000 : 8_000;

    /// <summary>Of the RTP stream: RFC 7587 section 4.1 and RFC 3551 section 4.5.2 have their own ideas.</summary>
    private static int ClockRate(AudioCodec codec) => codec is AudioCodec.Opus ? 48_000 : 8_000;

    private static IAudioDecoder Decoder(AudioCodec codec, int rate) => codec switch
    {
        AudioCodec.Opus => new OpusDecoder(rate),
        AudioCodec.G722 => new G722Decoder(),
        _ => new PcmDecoder(codec is AudioCodec.ALaw),
    };

    private static IAudioEncoder Encoder(AudioCodec codec, int rate, string parameters) => codec switch
    {
        AudioCodec.Opus => new OpusEncoder(rate, parameters),
        AudioCodec.G722 => new G722Encoder(),
        _ => new PcmEncoder(codec is AudioCodec.ALaw),
    };
}

/// <summary>What can be decoded and encoded.</summary>
internal enum AudioCodec
{
    Opus,
    MuLaw,
    ALaw,
    G722,
}
