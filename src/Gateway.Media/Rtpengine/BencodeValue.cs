using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Media.Rtpengine;

/// <summary>A value of the bencode notation (BEP 3), which the ng protocol carries.</summary>
internal abstract record BencodeValue
{
    private BencodeValue()
    {
    }

    /// <summary>An octet string. The ng protocol's are UTF-8 text, and long: what is made from a text is encoded when it is written.</summary>
    internal sealed record Octets : BencodeValue
    {
        private readonly string? _text;
        private readonly ImmutableArray<byte> _octets;

        public Octets(string text) => _text = text;

        public Octets(ImmutableArray<byte> octets) => _octets = octets;

        public ImmutableArray<byte> Value =>
            _text is null ? _octets : ImmutableCollectionsMarshal.AsImmutableArray(Encoding.UTF8.GetBytes(_text));

        public string Text => _text ?? Encoding.UTF8.GetString(_octets.AsSpan());

        public void WriteTo(IBufferWriter<byte> to)
        {
            BencodeWriter.WriteNumber(to, _text is null ? _octets.Length : Encoding.UTF8.GetByteCount(_text));
            to.Write(":"u8);
            if (_text is null)
            {
                to.Write(_octets.AsSpan());
            }
            else
            {
                Encoding.UTF8.GetBytes(_text, to);
            }
        }

        public bool Equals(Octets? other) => other is not null && Value.AsSpan().SequenceEqual(other.Value.AsSpan());

        public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
    }

    internal sealed record Integer(long Value) : BencodeValue;

    internal sealed record List(ImmutableArray<BencodeValue> Items) : BencodeValue
    {
        public bool Equals(List? other) => other is not null && Items.SequenceEqual(other.Items);

        public override int GetHashCode() => Items.Length;
    }

    /// <summary>Keys in the order given: rtpengine neither sorts them nor asks for it.</summary>
    internal sealed record Dictionary(ImmutableArray<KeyValuePair<string, BencodeValue>> Entries) : BencodeValue
    {
        public BencodeValue? this[string key]
        {
            get
            {
                foreach (var entry in Entries)
                {
                    if (entry.Key == key)
                    {
                        return entry.Value;
                    }
                }

                return null;
            }
        }

        public string? Text(string key) => (this[key] as Octets)?.Text;

        public long Number(string key) => this[key] is Integer number ? number.Value : 0;

        public bool Equals(Dictionary? other) => other is not null && Entries.SequenceEqual(other.Entries);

        public override int GetHashCode() => Entries.Length;
    }
}
