using System.Buffers.Binary;

namespace Gateway.Interop.Tests.Browser;

/// <summary>A WAV file that Chromium plays round and round as its microphone: a pure tone.</summary>
internal static class FakeMicrophone
{
    private const int Rate = 48_000;

    /// <summary>Whole periods only, so that its end meets its beginning.</summary>
    public static byte[] Tone(int frequency)
    {
        const int header = 44, seconds = 2;
        var wave = new byte[header + (2 * Rate * seconds)];
        "RIFF"u8.CopyTo(wave);
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(4), wave.Length - 8);
        "WAVEfmt "u8.CopyTo(wave.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wave.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wave.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(28), 2 * Rate);
        BinaryPrimitives.WriteInt16LittleEndian(wave.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(wave.AsSpan(34), 16);
        "data"u8.CopyTo(wave.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(40), wave.Length - header);
        for (var i = 0; i < Rate * seconds; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(
                wave.AsSpan(header + (2 * i)), (short)(10_000 * Math.Sin(2 * Math.PI * frequency * i / Rate)));
        }

        return wave;
    }
}
