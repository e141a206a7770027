using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Media.Rtpengine;

/// <summary>Reads one bencoded value that fills its input, within limits: what arrives on a UDP port may be anything.</summary>
internal ref struct BencodeReader
{
    /// <summary>A query's reply nests about eight deep.</summary>
    internal const int MaxDepth = 32;

    /// <summary>Values in one message, however small each is.</summary>
    internal const int MaxValues = 16 * 1024;

    private ReadOnlySpan<byte> _rest;
    private int _values;

    private BencodeReader(ReadOnlySpan<byte> input) => _rest = input;

    /// <summary>False, with the rule that was broken, unless <paramref name="input"/> is exactly one value.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> input, [NotNullWhen(true)] out BencodeValue? value, [NotNullWhen(false)] out string? fault)
    {
        var reader = new BencodeReader(input);
        fault = reader.Read(0, out value);
        if (fault is null && !reader._rest.IsEmpty)
        {
            fault = "octets after the value";
        }

        if (fault is not null)
        {
            value = null;
        }

        return value is not null;
    }

    private string? Read(int depth, out BencodeValue? value)
    {
        value = null;
        if (_rest.IsEmpty)
        {
            return "cut short";
        }

        if (depth > MaxDepth)
        {
            return $"nested deeper than {MaxDepth}";
        }

        if (++_values > MaxValues)
        {
            return $"more than {MaxValues} values";
        }

        switch (_rest[0])
        {
            case (byte)'i':
                return ReadInteger(out value);
            case (byte)'l':
                return ReadList(depth, out value);
            case (byte)'d':
                return ReadDictionary(depth, out value);
            default:
                var fault = ReadOctets(out var octets);
                value = fault is null ? new BencodeValue.Octets([.. octets]) : null;
                return fault;
        }
    }

    private string? ReadInteger(out BencodeValue? value)
    {
        value = null;
        var end = _rest.IndexOf((byte)'e');
        if (end < 0 || !TryNumber(_rest[1..end], out var number))
        {
            return "bad integer";
        }

        _rest = _rest[(end + 1)..];
        value = new BencodeValue.Integer(number);
        return null;
    }

    private string? ReadOctets(out ReadOnlySpan<byte> octets)
    {
        octets = default;
        var colon = _rest.IndexOf((byte)':');
        if (colon < 0 || !TryNumber(_rest[..colon], out var length) || length < 0)
        {
            return "bad string length";
        }

        if (length > _rest.Length - colon - 1)
        {
            return "string longer than the message";
        }

        octets = _rest.Slice(colon + 1, (int)length);
        _rest = _rest[(colon + 1 + (int)length)..];
        return null;
    }

    private string? ReadList(int depth, out BencodeValue? value)
    {
        value = null;
        _rest = _rest[1..];
        var items = ImmutableArray.CreateBuilder<BencodeValue>(4);
        while (!TryEnd())
        {
            if (Read(depth + 1, out var item) is { } fault)
            {
                return fault;
            }

            items.Add(item!);
        }

        value = new BencodeValue.List(items.DrainToImmutable());
        return null;
    }

    private string? ReadDictionary(int depth, out BencodeValue? value)
    {
        value = null;
        _rest = _rest[1..];
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<string, BencodeValue>>(2); // sdp and result
        while (!TryEnd())
        {
            if ((ReadOctets(out var key) ?? Read(depth + 1, out value)) is { } fault)
            {
                return fault;
            }

            entries.Add(new(Encoding.UTF8.GetString(key), value!));
        }

        value = new BencodeValue.Dictionary(entries.DrainToImmutable());
        return null;
    }

    private bool TryEnd()
    {
        if (_rest is not [(byte)'e', ..])
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    /// <summary>Decimal without leading zeros; "-0" is none either (BEP 3).</summary>
    private static bool TryNumber(ReadOnlySpan<byte> digits, out long number) =>
        Utf8Parser.TryParse(digits, out number, out var used) && used == digits.Length
        && digits is not ([(byte)'0', _, ..] or [(byte)'-', (byte)'0', ..] or [(byte)'+', ..]);
}
