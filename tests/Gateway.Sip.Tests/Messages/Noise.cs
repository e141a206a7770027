using FsCheck;
using FsCheck.Fluent;

namespace Gateway.Sip.Tests.Messages;

/// <summary>Bytes that are nearly something: corpus messages with bytes changed, dropped, doubled or cut.</summary>
internal static class Noise
{
    private static readonly byte[] Structural =
        [.. "\r\n\t \"\\<>,;:=@?%[]/\0"u8, 0x7F, 0x80, 0xC3, 0xFF, (byte)'0', (byte)'9', (byte)'a'];

    internal static Arbitrary<byte[]> Of(params IEnumerable<byte[]> seeds)
    {
        var pool = seeds.ToArray();
        var edit = Gen.Choose(0, 4).Zip(Gen.Choose(0, int.MaxValue)).Zip(Gen.Elements(Structural));
        return Gen.Elements(pool)
            .SelectMany(seed => edit.ListOf().Select(edits => edits.Aggregate(seed, (bytes, e) => Edit(bytes, e.Item1.Item1, e.Item1.Item2, e.Item2))))
            .ToArbitrary();
    }

    internal static Arbitrary<byte[]> Bytes { get; } = Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().ToArbitrary();

    /// <summary>Text that can be encoded: no lone surrogates.</summary>
    internal static Arbitrary<string> Text { get; } = Gen.OneOf(
            Gen.Choose(0, 0x7F), Gen.Choose(0x20, 0x7E), Gen.Choose(0x80, 0xD7FF), Gen.Choose(0xE000, 0x10FFFF))
        .Select(char.ConvertFromUtf32).ArrayOf().Select(string.Concat).ToArbitrary();

    private static byte[] Edit(byte[] bytes, int kind, int where, byte what)
    {
        var at = bytes.Length == 0 ? 0 : where % bytes.Length;
        return kind switch
        {
            0 when bytes.Length > 0 => [.. bytes[..at], what, .. bytes[(at + 1)..]],
            1 when bytes.Length > 0 => [.. bytes[..at], .. bytes[(at + 1)..]],
            2 => [.. bytes[..at], what, .. bytes[at..]],
            3 => [.. bytes[..at], .. bytes[(at / 2)..]],
            _ => where % 7 == 0 ? bytes[..at] : bytes,
        };
    }
}
