using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Media.Rtpengine;

/// <summary>Writes bencode (BEP 3).</summary>
internal static class BencodeWriter
{
    public static void Write(IBufferWriter<byte> to, BencodeValue value)
    {
        switch (value)
        {
            case BencodeValue.Octets octets:
                WriteOctets(to, octets.Value.AsSpan());
                break;
            case BencodeValue.Integer integer:
                Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"i{integer.Value}e"), to);
                break;
            case BencodeValue.List list:
                to.Write("l"u8);
                foreach (var item in list.Items)
                {
                    Write(to, item);
                }

                to.Write("e"u8);
                break;
            case BencodeValue.Dictionary dictionary:
                to.Write("d"u8);
                foreach (var (key, entry) in dictionary.Entries)
                {
                    WriteOctets(to, Encoding.UTF8.GetBytes(key));
                    Write(to, entry);
                }

                to.Write("e"u8);
                break;
        }
    }

    private static void WriteOctets(IBufferWriter<byte> to, ReadOnlySpan<byte> octets)
    {
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{octets.Length}:"), to);
        to.Write(octets);
    }
}
