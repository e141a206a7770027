using Gateway.Media.Codecs;
using Gateway.Media.Rtp;
using Gateway.Media.Tests.Codecs;
using Gateway.Media.Transcoding;

namespace Gateway.Media.Tests.Transcoding;

/// <summary>
/// A tone of 440 Hz through a transcoder in virtual time, over a network that loses and delays as it is told to.
/// </summary>
internal sealed class TranscodedTone : IDisposable
{
    private readonly IAudioEncoder _encoder;
    private readonly IAudioDecoder _decoder;
    private readonly Random _random = new(7);
    private readonly List<(double Arrival, ushort Sequence, uint Timestamp, byte[] Payload)> _onTheWay = [];
    private readonly int _ticksPerMillisecond;
    private readonly int _packetTime;
    private double _now;
    private double _sent;
    private double _pulled;
    private double _jammedUntil;
    private uint _timestamp = uint.MaxValue - 5000; // wraps on the way
    private ushort _sequence = 65_500;
    private int _sample;

    public TranscodedTone(string from, string to, int packetTime = 20, int wanted = 20)
    {
        _packetTime = packetTime;
        Assert.True(AudioTranscoder.TryCreate(Format(from), Format(to), wanted, out var transcoder));
        Transcoder = transcoder;
        _encoder = from switch
        {
            "opus" => new OpusEncoder(48_000, "useinbandfec=1"),
            "G722" => new G722Encoder(),
            _ => new PcmEncoder(from == "PCMA"),
        };
        _decoder = to switch
        {
            "opus" => new OpusDecoder(8000),
            "G722" => new G722Decoder(),
            _ => new PcmDecoder(to == "PCMA"),
        };
        _ticksPerMillisecond = from == "opus" ? 48 : 8;
    }

    public AudioTranscoder Transcoder { get; }

    /// <summary>Percent of the packets that get lost.</summary>
    public int Loss { get; init; }

    /// <summary>Milliseconds by which packets are delayed at random, up to.</summary>
    public int Jitter { get; set; }

    /// <summary>By how much the sender's clock is too fast.</summary>
    public double Drift { get; init; }

    /// <summary>Everything that the receiver heard.</summary>
    public List<short> Heard { get; } = [];

    public void Play(int milliseconds, bool silent = false, bool clockStands = false)
    {
        var until = _now + milliseconds;
        for (; _now < until; _now += 5)
        {
            while (_sent <= _now)
            {
                Send(silent, clockStands);
            }

            Deliver();
            for (; _pulled <= _now; _pulled += Transcoder.PacketTime)
            {
                Pull();
            }
        }
    }

    /// <summary>Packets that are sent in the time that follows all arrive at its end.</summary>
    public void Jam(int milliseconds) => _jammedUntil = _now + milliseconds;

    /// <summary>Nobody pulls in the time that follows, nor makes up for it.</summary>
    public void StandStill(int milliseconds) => _pulled += milliseconds;

    public (ushort Sequence, uint Timestamp, byte[] Payload)[] Packets(int milliseconds)
    {
        var packets = new List<(ushort, uint, byte[])>();
        for (var i = 0; i < milliseconds / _packetTime; i++)
        {
            packets.Add((_sequence, _timestamp, Encode()));
        }

        return [.. packets];
    }

    public void Restart(uint timestamp, ushort sequence) => (_timestamp, _sequence) = (timestamp, sequence);

    public double Share(int skip) => Tone.Share([.. Heard.Skip(skip * _decoder.SampleRate / 1000)], 440, _decoder.SampleRate);

    public double Loudness(int skip) => Tone.Rms([.. Heard.Skip(skip * _decoder.SampleRate / 1000)]);

    public void Dispose()
    {
        Transcoder.Dispose();
        _encoder.Dispose();
        _decoder.Dispose();
    }

    private static PayloadFormat Format(string name) => name switch
    {
        "opus" => new PayloadFormat(111, "opus", 48_000, 2, "useinbandfec=1"),
        "PCMU" => new PayloadFormat(0, "PCMU", 8000),
        "PCMA" => new PayloadFormat(8, "PCMA", 8000),
        _ => new PayloadFormat(9, "G722", 8000),
    };

    private void Send(bool silent, bool clockStands)
    {
        var (sequence, timestamp) = (_sequence, _timestamp);
        var payload = silent ? [] : Encode();
        if (silent && !clockStands)
        {
            _timestamp += (uint)(_packetTime * _ticksPerMillisecond);
        }

        if (!silent && _random.Next(100) >= Loss)
        {
            _onTheWay.Add((Math.Max(_sent + _random.Next(Jitter + 1), _jammedUntil), sequence, timestamp, payload));
        }

        _sent += _packetTime * (1 - Drift);
    }

    private byte[] Encode()
    {
        var count = _encoder.SampleRate / 1000 * _packetTime;
        var payload = new byte[AudioTranscoder.MostOctets];
        var length = _encoder.Encode(Tone.Make(440, _encoder.SampleRate, count, start: _sample), payload);
        (_sample, _sequence) = ((_sample + count) % (_encoder.SampleRate / 4), (ushort)(_sequence + 1)); // 440 Hz: 110 periods
        _timestamp += (uint)(_packetTime * _ticksPerMillisecond);
        return payload[..length];
    }

    private void Deliver()
    {
        foreach (var packet in _onTheWay.Where(packet => packet.Arrival <= _now).OrderBy(packet => packet.Arrival).ToArray())
        {
            _onTheWay.Remove(packet);
            Transcoder.Add(packet.Sequence, packet.Timestamp, packet.Payload);
        }
    }

    private void Pull()
    {
        var payload = new byte[AudioTranscoder.MostOctets];
        var length = Transcoder.Pull(payload);
        if (length == 0)
        {
            return;
        }

        var samples = new short[_decoder.SampleRate / 1000 * 120];
        Heard.AddRange(samples[.._decoder.Decode(payload.AsSpan(0, length), samples)]);
    }
}
