using System.Buffers;
using System.Buffers.Text;
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
                octets.WriteTo(to);
                break;
            case BencodeValue.Integer integer:
                to.Write("i"u8);
                WriteNumber(to, integer.Value);
                to.Write("e"u8);
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
                    WriteNumber(to, Encoding.UTF8.GetByteCount(key));
                    to.Write(":"u8);
                    Encoding.UTF8.GetBytes(key, to);
                    Write(to, entry);
                }

                to.Write("e"u8);
                break;
        }
    }

    internal static void WriteNumber(IBufferWriter<byte> to, long number)
    {
        const int mostDigits = 20; // of a 64-bit number with its sign
        Utf8Formatter.TryFormat(number, to.GetSpan(mostDigits), out var written);
        to.Advance(written);
    }
}
