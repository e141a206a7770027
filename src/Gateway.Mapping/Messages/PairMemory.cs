using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Messages;

namespace Gateway.Mapping.Messages;

/// <summary>What is remembered of an XMPP user and a SIP user beside their words. Guarded by itself.</summary>
internal sealed class PairMemory
{
    private readonly Lock _gate = new();
    private bool _isTypingTold; // to the SIP user
    private ChatState? _shown; // what the XMPP user sees the SIP user do
    private ITimer? _expiry;

    /// <summary>What messages without a thread share.</summary>
    public SipConversation Threadless { get; } = new(Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)));

    /// <summary>The XMPP user's last message was of type chat (MAPPING M-3).</summary>
    public bool IsChat { get; private set; }

    /// <summary>The XMPP user's client sends chat states, so it gets some (MAPPING C-5).</summary>
    public bool UserSendsStates { get; private set; }

    /// <summary>We have sent it words, and with them the question.</summary>
    public bool HasAsked { get; private set; }

    /// <summary>The XMPP user wrote.</summary>
    public void UserWrote(bool isChat, bool withState)
    {
        lock (_gate)
        {
            IsChat = isChat;
            UserSendsStates = withState || (UserSendsStates && !HasAsked);
            _isTypingTold = false; // words end it (RFC 3994 section 3.3)
        }
    }

    /// <summary>The XMPP user sent a state alone.</summary>
    public void UserSentState()
    {
        lock (_gate)
        {
            UserSendsStates = true;
        }
    }

    /// <summary>The XMPP user types or has stopped: true when the SIP user does not know.</summary>
    public bool TryTell(bool isTyping)
    {
        lock (_gate)
        {
            if (_isTypingTold == isTyping)
            {
                return false;
            }

            _isTypingTold = isTyping;
            return true;
        }
    }

    /// <summary>Words go to the XMPP user: whether a state goes with them (C-5).</summary>
    public bool Spoke()
    {
        lock (_gate)
        {
            StopTimer();
            _shown = ChatState.Active; // words mean idle: nothing follows (C-30)
            var withState = UserSendsStates || !HasAsked;
            HasAsked = true;
            return withState;
        }
    }

    /// <summary>The SIP user types or has stopped: true when the XMPP user is to see it (C-5, C-6).</summary>
    /// <param name="state">The state.</param>
    /// <param name="expire">Starts the timer after which typing counts as stopped; given for composing.</param>
    public bool TryShow(ChatState state, Func<ITimer>? expire)
    {
        lock (_gate)
        {
            StopTimer();
            _expiry = expire?.Invoke();
            if (!UserSendsStates || _shown == state || (_shown is null && state != ChatState.Composing))
            {
                return false;
            }

            _shown = state;
            return true;
        }
    }

    private void StopTimer()
    {
        _expiry?.Dispose();
        _expiry = null;
    }
}
