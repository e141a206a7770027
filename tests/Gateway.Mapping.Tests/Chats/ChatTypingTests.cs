using Gateway.Mapping.Chats;
using Notice = Gateway.Xmpp.Messages.ChatState;

namespace Gateway.Mapping.Tests.Chats;

public sealed class ChatTypingTests // MAPPING 4.3
{
    [Fact] // C-5
    public void Nothing_is_shown_to_who_has_sent_no_state()
    {
        var typing = new ChatTyping();

        Assert.True(typing.OnPhoneWords()); // active goes with the first words, to ask
        Assert.Null(typing.OnPhone(types: true));
        Assert.Null(typing.OnUser(null, hasWords: true)); // she answers without one
        Assert.False(typing.OnPhoneWords());
        Assert.Null(typing.OnPhone(types: true));
        Assert.False(typing.MayShowGone);
    }

    [Fact] // C-6
    public void Refreshes_are_absorbed()
    {
        var typing = Agreed();

        Assert.Equal(Notice.Composing, typing.OnPhone(types: true));
        Assert.Null(typing.OnPhone(types: true));
        Assert.Equal(Notice.Active, typing.OnPhone(types: false));
        Assert.Null(typing.OnPhone(types: false));
    }

    [Fact] // C-30
    public void Notice_that_runs_out_pauses_and_words_end_it_without_a_word()
    {
        var typing = Agreed();
        typing.OnPhone(types: true);
        Assert.Equal(Notice.Paused, typing.OnPhoneExpired());
        Assert.Null(typing.OnPhoneExpired());

        typing.OnPhone(types: true);
        Assert.True(typing.OnPhoneWords());
        Assert.Null(typing.OnPhoneExpired());
    }

    [Fact] // C-31
    public void Typing_is_repeated_for_the_phone_and_given_up_after_a_while()
    {
        var typing = Agreed();
        Assert.True(typing.OnUser(Notice.Composing, hasWords: false));
        Assert.Null(typing.OnUser(Notice.Composing, hasWords: false));
        Assert.True(typing.OnRefreshDue());
        Assert.True(typing.OnRefreshDue());
        Assert.True(typing.OnRefreshDue());
        Assert.False(typing.OnRefreshDue());
        Assert.Null(typing.OnRefreshDue());
    }

    [Theory] // RFC 7573 section 6, table 4
    [InlineData(Notice.Active)]
    [InlineData(Notice.Inactive)]
    [InlineData(Notice.Paused)]
    public void Every_other_state_is_idle_to_the_phone(Notice state)
    {
        var typing = Agreed();
        typing.OnUser(Notice.Composing, hasWords: false);

        Assert.False(typing.OnUser(state, hasWords: false));
        Assert.Null(typing.OnUser(Notice.Gone, hasWords: false));
    }

    private static ChatTyping Agreed()
    {
        var typing = new ChatTyping();
        typing.Agreed();
        return typing;
    }
}
