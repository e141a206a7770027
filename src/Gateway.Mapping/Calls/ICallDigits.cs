using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Calls;

/// <summary>
/// Keys that a user types as a chat message to the address she is talking to: clients without a keypad (Dino) have no other way
/// through a telephone menu.
/// </summary>
public interface ICallDigits
{
    /// <summary>
    /// Presses the keys if the text is nothing but keys, the two are in a call, and the user's client has no keys of its own. True: the
    /// message is done with, and must neither be sent on nor logged, for digits are secrets.
    /// </summary>
    /// <param name="user">Who types.</param>
    /// <param name="contact">The address she writes to.</param>
    /// <param name="text">The body.</param>
    bool TryDial(Jid user, Jid contact, string text);
}
