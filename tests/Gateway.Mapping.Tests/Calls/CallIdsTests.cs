using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.Calls;

namespace Gateway.Mapping.Tests.Calls;

public sealed class CallIdsTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact] // J-9
    public void The_same_INVITE_gives_the_same_sid_after_a_restart_and_another_tag_gives_another()
    {
        Assert.Equal(new CallIds(Key).SidFor("a84b4c", "tag1"), new CallIds(Key).SidFor("a84b4c", "tag1"));
        Assert.NotEqual(new CallIds(Key).SidFor("a84b4c", "tag1"), new CallIds(Key).SidFor("a84b4c", "tag2"));
        Assert.NotEqual(new CallIds(Key).SidFor("a84b4c", "tag1"), new CallIds([.. Key.Reverse()]).SidFor("a84b4c", "tag1"));
    }

    [Fact] // XEP-0353 section 3.1: UUIDv4 recommended
    public void A_sid_has_the_shape_of_a_random_UUID()
    {
        var sid = new CallIds(Key).SidFor("a84b4c@10.0.0.7", "1928301774");
        Assert.Equal('4', sid[14]);
        Assert.Contains(sid[19], "89ab");
        Assert.True(Guid.TryParse(sid, out _));
    }

    [Theory] // J-10, N-40
    [InlineData("ca3cf894-5325-482f-a412-a6e9f832298d", "ca3cf894-5325-482f-a412-a6e9f832298d")]
    [InlineData("a b", "a%20b")]
    [InlineData("50%", "50%25")]
    [InlineData("a@b", "a%40b")]
    [InlineData("\u00fc", "%C3%BC")]
    [InlineData("x\r\nVia: y", "x%0D%0AVia:%20y")]
    public void A_sid_becomes_a_word_of_SIP(string sid, string callId) => Assert.Equal(callId, CallIds.CallIdFor(sid, _ => false));

    [Fact] // N-40
    public void A_long_sid_is_hashed()
    {
        var callId = CallIds.CallIdFor(new string('\u00fc', 100), _ => false);
        Assert.StartsWith("t-", callId, StringComparison.Ordinal);
        Assert.True(callId.Length <= 200);
    }

    [Fact] // N-42
    public void A_Call_ID_in_use_gets_a_random_tail()
    {
        var callId = CallIds.CallIdFor("1", taken => taken == "1");
        Assert.Matches("^1-[0-9a-f]{16}$", callId);
    }

    [Fact] // N-39: nothing but word characters, whatever a client chose
    public void No_sid_can_write_into_the_header() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyString>(),
        sid => CallIds.CallIdFor(sid.Get, _ => false).All(c => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~()<>:\\\"/[]?{}".Contains(c)))
        .QuickCheckThrowOnFailure();
}
