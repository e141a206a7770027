using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Rtpengine;

namespace Gateway.Media.Tests.Rtpengine;

/// <summary>BEP 3, "bencoding".</summary>
public sealed class BencodeTests
{
    [Theory]
    [InlineData("i0e")]
    [InlineData("i-42e")]
    [InlineData("0:")]
    [InlineData("4:spam")]
    [InlineData("le")]
    [InlineData("l4:spami7ee")]
    [InlineData("d3:cow3:moo4:spaml1:a1:bee")]
    [InlineData("d1:z1:a1:a1:ze")] // unsorted, as rtpengine writes it
    public void Value_is_written_as_it_was_read(string text)
    {
        Assert.True(BencodeReader.TryParse(Encoding.ASCII.GetBytes(text), out var value, out _));

        Assert.Equal(text, Written(value));
    }

    [Theory]
    [InlineData("", "cut short")]
    [InlineData("i5", "bad integer")]
    [InlineData("ie", "bad integer")]
    [InlineData("i-0e", "bad integer")]
    [InlineData("i05e", "bad integer")]
    [InlineData("i+5e", "bad integer")]
    [InlineData("i99999999999999999999e", "bad integer")]
    [InlineData("5:spam", "string longer than the message")]
    [InlineData("9223372036854775807:spam", "string longer than the message")]
    [InlineData("-1:x", "bad string length")]
    [InlineData("04:spam", "bad string length")]
    [InlineData("spam", "bad string length")]
    [InlineData("li1e", "cut short")]
    [InlineData("d3:cow", "cut short")]
    [InlineData("di1ei2ee", "bad string length")] // a key must be a string
    [InlineData("i1ei2e", "octets after the value")]
    public void Input_that_is_no_value_is_refused_with_the_rule_it_broke(string text, string rule)
    {
        Assert.False(BencodeReader.TryParse(Encoding.ASCII.GetBytes(text), out var value, out var fault));

        Assert.Null(value);
        Assert.Equal(rule, fault);
    }

    [Theory]
    [InlineData('l')]
    [InlineData('d')]
    public void Nesting_beyond_the_limit_is_refused_not_followed(char opening)
    {
        var deep = string.Concat(Enumerable.Repeat(opening == 'l' ? "l" : "d1:a", 20_000));

        Assert.False(BencodeReader.TryParse(Encoding.ASCII.GetBytes(deep), out _, out var fault));
        Assert.StartsWith("nested deeper", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void More_values_than_the_limit_are_refused()
    {
        var many = $"l{string.Concat(Enumerable.Repeat("le", BencodeReader.MaxValues))}e";

        Assert.False(BencodeReader.TryParse(Encoding.ASCII.GetBytes(many), out _, out var fault));
        Assert.StartsWith("more than", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_value_survives_writing_and_reading() =>
        Prop.ForAll(Values(4).ToArbitrary(), value =>
            BencodeReader.TryParse(Encoding.Latin1.GetBytes(Written(value)), out var read, out _) && value.Equals(read))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_input_throws() =>
        Prop.ForAll(Noise().ToArbitrary(), noise =>
        {
            var isValue = BencodeReader.TryParse(noise, out var value, out var fault);
            return isValue == (value is not null) && isValue == (fault is null);
        }).QuickCheckThrowOnFailure();

    private static string Written(BencodeValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BencodeWriter.Write(buffer, value);
        return Encoding.Latin1.GetString(buffer.WrittenSpan);
    }

    /// <summary>Mutilated values rather than blind octets: they reach further into the reader.</summary>
    private static Gen<byte[]> Noise() =>
        from value in Values(3)
        from cut in Gen.Choose(0, 200)
        from place in Gen.Choose(0, 200)
        from octet in Gen.OneOf(Gen.Elements<byte>((byte)'i', (byte)'l', (byte)'d', (byte)'e', (byte)':', (byte)'-', (byte)'9'),
            Gen.Choose(0, 255).Select(i => (byte)i))
        select Mutilate(Encoding.Latin1.GetBytes(Written(value)), cut, place, octet);

    private static byte[] Mutilate(byte[] octets, int cut, int place, byte octet)
    {
        var shorter = octets[..Math.Max(0, octets.Length - (cut > 100 ? 0 : cut))];
        if (place < shorter.Length)
        {
            shorter[place] = octet;
        }

        return shorter;
    }

    private static Gen<BencodeValue> Values(int depth)
    {
        var octets = Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf()
            .Select(bytes => (BencodeValue)new BencodeValue.Octets([.. bytes]));
        var integers = ArbMap.Default.GeneratorFor<long>().Select(n => (BencodeValue)new BencodeValue.Integer(n));
        if (depth == 0)
        {
            return Gen.OneOf(octets, integers);
        }

        var items = Values(depth - 1).ArrayOf().Select(all => all.Take(5).ToImmutableArray());
        var lists = items.Select(all => (BencodeValue)new BencodeValue.List(all));
        var dictionaries = items.Select(all => (BencodeValue)new BencodeValue.Dictionary(
            [.. all.Select((item, i) => KeyValuePair.Create($"key {i}", item))]));
        return Gen.OneOf(octets, integers, lists, dictionaries);
    }
}
