using FsCheck;
using FsCheck.Fluent;
using Gateway.Xmpp.Addresses;

namespace Gateway.Xmpp.Tests.Addresses;

public sealed class JidEscapingTests
{
    private static readonly Gen<string> Texts = Gen.Elements(
            "a", "Z", " ", "\"", "&", "'", "/", ":", "<", ">", "@", "\\", "5c", "20", "2F", "3A", "5C", "\u00e9", "%", "x")
        .NonEmptyListOf().Select(parts => string.Concat(parts)).Where(text => !text.StartsWith(' ') && !text.EndsWith(' '));

    [Theory] // XEP-0106 sections 3.2, 4.2, 5.1 and 5.3
    [InlineData("space cadet", @"space\20cadet")]
    [InlineData("call me \"ishmael\"", @"call\20me\20\22ishmael\22")]
    [InlineData("at&t guy", @"at\26t\20guy")]
    [InlineData("d'artagnan", @"d\27artagnan")]
    [InlineData("/.fanboy", @"\2f.fanboy")]
    [InlineData("::foo::", @"\3a\3afoo\3a\3a")]
    [InlineData("<foo>", @"\3cfoo\3e")]
    [InlineData("user@host", @"user\40host")]
    [InlineData(@"c:\net", @"c\3a\net")]
    [InlineData(@"c:\\net", @"c\3a\\net")]
    [InlineData(@"c:\cool stuff", @"c\3a\cool\20stuff")]
    [InlineData(@"c:\5commas", @"c\3a\5c5commas")]
    [InlineData("here's_a_wild_&_/cr%zy/_address", @"here\27s_a_wild_\26_\2fcr%zy\2f_address")]
    [InlineData("tréville@musketeers.lit", @"tréville\40musketeers.lit")]
    [InlineData(@"\3and\2is\5cool", @"\5c3and\2is\5c5cool")]
    [InlineData(@"\27", @"\5c27")]
    [InlineData(@"\5c", @"\5c5c")]
    public void Example_of_the_specification_goes_both_ways(string text, string escaped)
    {
        Assert.Equal(escaped, JidEscaping.Escape(text));
        Assert.Equal(text, JidEscaping.Unescape(escaped));
    }

    [Theory] // A-6: XEP-0106 sections 4.1 rule 3 and 4.3
    [InlineData(@"\2plus\2is\4")]
    [InlineData(@"foo\bar")]
    [InlineData(@"foob\41r")]
    [InlineData(@"\")]
    [InlineData(@"\2")]
    public void Partial_and_foreign_sequences_are_left_alone(string text)
    {
        Assert.Equal(text, JidEscaping.Escape(text));
        Assert.Equal(text, JidEscaping.Unescape(text));
    }

    [Theory] // A-6: lower case only
    [InlineData(@"a\2Fb")]
    [InlineData(@"a\5Cb")]
    public void Upper_case_sequence_is_not_undone(string escaped) => Assert.Equal(escaped, JidEscaping.Unescape(escaped));

    [Theory] // A-5
    [InlineData(" romeo")]
    [InlineData("romeo ")]
    [InlineData(" ")]
    public void Text_with_a_space_at_its_end_has_no_address(string text)
    {
        Assert.False(JidEscaping.TryEscape(text, out _));
        Assert.Throws<ArgumentException>(() => JidEscaping.Escape(text));
    }

    [Fact] // A-4
    public void Round_trip_is_the_identity() => Prop.ForAll(
        Arb.From(Texts), text => JidEscaping.Unescape(JidEscaping.Escape(text)) == text).QuickCheckThrowOnFailure();

    [Fact] // A-3, A-12: as a localpart, which is case-folded, it is still the same text but for case
    public void Escaped_text_is_a_localpart_that_means_the_text() => Prop.ForAll(
        Arb.From(Texts),
        text => Jid.TryCreate(JidEscaping.Escape(text), "example.org", null, out var jid, out _)
            && string.Equals(JidEscaping.Unescape(jid.Local!), text, StringComparison.OrdinalIgnoreCase)).QuickCheckThrowOnFailure();
}
