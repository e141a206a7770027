using Gateway.Media.Embedded;
using Gateway.Media.Srtp;

namespace Gateway.Media.Tests.Embedded;

/// <summary>Which keys a call has, from one offer and answer to the next (RFC 4568 sections 5.1 and 7.1.4, R-29).</summary>
public sealed class SdesKeysTests : IDisposable
{
    private readonly SdesKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Keys_that_the_end_offers_again_are_answered_as_before()
    {
        var theirs = Line(1);
        Assert.True(_keys.TryTakeOffer([theirs], out var first));
        var plan = _keys.Plan;

        Assert.True(_keys.TryTakeOffer([theirs], out var second));

        Assert.Equal(first, second);
        Assert.Same(plan, _keys.Plan);
    }

    [Fact] // section 7.1.4: behind another key may be another end, which cannot know how far ours has counted
    public void Another_key_is_answered_with_another()
    {
        Assert.True(_keys.TryTakeOffer([Line(1)], out var first));

        Assert.True(_keys.TryTakeOffer([Line(1)], out var second));

        Assert.NotEqual(first, second);
        Assert.Equal<string>([second], _keys.Offer());
    }

    [Fact]
    public void End_that_offers_the_key_of_its_answer_is_answered_with_the_key_that_we_offered()
    {
        var offered = _keys.Offer();
        var theirs = Line(1);
        Assert.True(_keys.TryTakeAnswer([theirs]));

        Assert.True(_keys.TryTakeOffer([theirs], out var answer));

        Assert.Equal(offered[0], answer);
    }

    [Fact] // RFC 3711 section 9.1: begun anew under the same key, packets would have a key stream that was used before
    public void Keys_that_were_in_use_are_not_used_again_after_a_time_without()
    {
        var offered = _keys.Offer();
        Assert.True(_keys.TryTakeAnswer([Line(1)]));
        _keys.Clear();
        Assert.Empty(_keys.Offer().Intersect(offered));

        var theirs = Line(1);
        Assert.True(_keys.TryTakeOffer([theirs], out var first));
        _keys.Clear();
        Assert.True(_keys.TryTakeOffer([theirs], out var second));
        Assert.NotEqual(first, second);
    }

    [Fact] // the 183 came without a key, the 200 has one
    public void Offered_keys_that_were_never_in_use_may_still_be_answered()
    {
        _ = _keys.Offer();
        _keys.Clear();

        Assert.True(_keys.TryTakeAnswer([Line(1)]));
        Assert.NotNull(_keys.Plan);
    }

    [Fact] // as above
    public void Line_that_was_given_up_for_another_is_not_offered_again()
    {
        var offered = _keys.Offer();
        Assert.True(_keys.TryTakeAnswer([Line(1)]));
        Assert.True(_keys.TryTakeAnswer([Line(2, SrtpProfile.AeadAes128Gcm)]));

        Assert.Equal<string>([offered[1]], _keys.Offer());
    }

    [Fact] // section 6.1
    public void Identifier_of_the_ends_key_is_in_the_plan_and_ours_has_none()
    {
        Assert.True(_keys.TryTakeOffer([Line(1) + "|2^31|1:1"], out var answer));

        Assert.Equal(1, _keys.Plan!.RemoteIdentifierLength);
        Assert.DoesNotContain("|", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_to_a_line_that_was_not_offered_is_refused()
    {
        _ = _keys.Offer();

        Assert.False(_keys.TryTakeAnswer([Line(7)]));
        Assert.False(_keys.TryTakeAnswer([Line(2)])); // another suite than was offered under this tag
        Assert.Null(_keys.Plan);
    }

    private static string Line(int tag, SrtpProfile profile = SrtpProfile.AesCm128HmacSha1_80)
    {
        using var key = SrtpKeyMaterial.Create(profile);
        return SdesCrypto.Print(tag, key);
    }
}
