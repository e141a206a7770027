using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.Messages;

namespace Gateway.Mapping.Tests.Messages;

public sealed class LongTextTests
{
    private static readonly Gen<string> Texts = Gen
        .Elements("a", "é", " ", "\n", "雪", "😀", "e\u0301", "👩‍👩‍👧‍👧", "🇩🇪", "नि", "\r\n")
        .ArrayOf().Select(string.Concat);

    [Fact] // M-5: joined again nothing is missing, and nothing is larger than allowed
    public void Parts_joined_give_the_text_and_each_fits() =>
        Prop.ForAll(Texts.ToArbitrary(), Gen.Choose(4, 60).ToArbitrary(), (text, octets) =>
        {
            var parts = LongText.Split(text, octets);
            return string.Concat(parts) == text && parts.All(part => part.Length > 0 && Encoding.UTF8.GetByteCount(part) <= octets);
        }).QuickCheckThrowOnFailure();

    [Fact] // what people see as one character stays one
    public void No_character_is_cut_that_fits_by_itself() =>
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var borders = StringInfo.ParseCombiningCharacters(text).ToHashSet();
            var at = 0;
            return LongText.Split(text, 40).All(part =>
            {
                var isBorder = borders.Contains(at);
                at += part.Length;
                return isBorder;
            });
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("one two three four", 10, "one two |three four")]
    [InlineData("abcdefghij", 4, "abcd|efgh|ij")]
    [InlineData("👩‍👩‍👧‍👧", 8, "👩‍|👩‍|👧‍|👧")] // larger than a part by itself: between code points
    public void Text_is_cut_after_a_word_where_one_ends_near_the_limit(string text, int octets, string parts) =>
        Assert.Equal(parts, string.Join('|', LongText.Split(text, octets)));
}
