using ChatNotice = Gateway.Xmpp.Messages.ChatState;

namespace Gateway.Mapping.Chats;

/// <summary>
/// Chat states and typing notices (RFC 7573 section 6), each in the manner of its side: states of XMPP change once and are never
/// repeated (C-6); notices of SIP are repeated while they hold, and run out (C-30, C-31). Pure but for the answers it gives.
/// </summary>
internal sealed class ChatTyping
{
    /// <summary>How often a notice is repeated: no more often than RFC 3994 section 3.2 allows, well within its 120 s.</summary>
    public static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(90);

    /// <summary>How often at most: nobody types for longer (C-31).</summary>
    private const int MostRefreshes = 3;

    private ChatNotice _shownToUser = ChatNotice.Active;
    private bool _shownToPhone;
    private int _refreshes;
    private bool _hasSpokenToUser;

    /// <summary>Whether the user's client takes chat states: null until she has said anything after our first message (C-5).</summary>
    public bool? UserTakesStates { get; private set; }

    /// <summary>They were agreed on.</summary>
    public void Agreed() => UserTakesStates = true;

    /// <summary>What came from the user. True: the phone is to be told that she types, false: that she does not, null: nothing.</summary>
    public bool? OnUser(ChatNotice? state, bool hasWords)
    {
        if (state is not null)
        {
            UserTakesStates = true;
        }
        else if (hasWords && _hasSpokenToUser)
        {
            UserTakesStates ??= false;
        }

        if (hasWords)
        {
            _shownToPhone = false; // words say that she has stopped (C-30)
            return null;
        }

        var types = state == ChatNotice.Composing;
        if (state is null or ChatNotice.Gone || types == _shownToPhone)
        {
            return null;
        }

        _shownToPhone = types;
        _refreshes = 0;
        return types;
    }

    /// <summary>Time to repeat that she types. Null: she has stopped, or has been at it for too long to be true.</summary>
    public bool? OnRefreshDue()
    {
        if (!_shownToPhone)
        {
            return null;
        }

        if (++_refreshes <= MostRefreshes)
        {
            return true;
        }

        _shownToPhone = false;
        return false;
    }

    /// <summary>A notice of the phone. The state to send; null: none, or the same as before.</summary>
    public ChatNotice? OnPhone(bool types) => Show(types ? ChatNotice.Composing : ChatNotice.Active);

    /// <summary>The phone's notice ran out without another one, and without words.</summary>
    public ChatNotice? OnPhoneExpired() => _shownToUser == ChatNotice.Composing ? Show(ChatNotice.Paused) : null;

    /// <summary>Words of the phone. True: active goes with them (C-5: with the first, to ask whether states are welcome).</summary>
    public bool OnPhoneWords()
    {
        _shownToUser = ChatNotice.Active;
        var isFirst = !_hasSpokenToUser;
        _hasSpokenToUser = true;
        return isFirst || UserTakesStates == true;
    }

    /// <summary>Whether the end may be shown as gone.</summary>
    public bool MayShowGone => UserTakesStates == true;

    private ChatNotice? Show(ChatNotice state)
    {
        if (UserTakesStates != true || _shownToUser == state)
        {
            return null;
        }

        _shownToUser = state;
        return state;
    }
}
