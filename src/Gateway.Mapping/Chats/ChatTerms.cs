using System.Collections.Immutable;
using Gateway.Sip.Msrp;

namespace Gateway.Mapping.Chats;

/// <summary>
/// What a session may carry, as both sides agreed: both lists and both forms have to allow it (F-1), and it is enforced in both
/// directions (F-2).
/// </summary>
/// <param name="Xhtml">Formatted text: text/html.</param>
/// <param name="ChatStates">Chat states: application/im-iscomposing+xml.</param>
public sealed record ChatTerms(bool Xhtml, bool ChatStates)
{
    /// <summary>Everything that the gateway can carry; what an informal session has.</summary>
    public static readonly ChatTerms Everything = new(true, true);

    /// <summary>The gateway keeps no record of the session, and asks the user's server for none (F-3). Says nothing of the SIP
    /// side, and changes nothing there.</summary>
    public bool OffTheRecord { get; init; }

    /// <summary>Both legs of the gateway are secure (F-4). Decided when the session is made, and then a fact.</summary>
    public bool Secure { get; init; }

    /// <summary>What both allow.</summary>
    public ChatTerms And(ChatTerms peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return this with { Xhtml = Xhtml && peer.Xhtml, ChatStates = ChatStates && peer.ChatStates };
    }

    /// <summary>Whether the other terms look different in SDP.</summary>
    public bool NeedsOffer(ChatTerms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Xhtml != other.Xhtml || ChatStates != other.ChatStates;
    }

    /// <summary>What a description says that its author takes.</summary>
    public static ChatTerms Of(MsrpMedia media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return new ChatTerms(media.AcceptsWrapped(ChatContent.Html), media.AcceptsWrapped(ChatContent.IsComposing));
    }

    /// <summary>The media types that we take under these terms (C-19).</summary>
    public ImmutableArray<string> AcceptTypes(bool wrapped)
    {
        var types = ImmutableArray.CreateBuilder<string>();
        if (wrapped)
        {
            types.Add(ChatContent.Cpim);
        }

        types.Add(ChatContent.Plain);
        if (Xhtml)
        {
            types.Add(ChatContent.Html);
        }

        if (ChatStates)
        {
            types.Add(ChatContent.IsComposing);
        }

        return types.ToImmutable();
    }
}

/// <summary>Media types of chat.</summary>
public static class ChatContent
{
    /// <summary>Words.</summary>
    public const string Plain = "text/plain";

    /// <summary>Formatted words.</summary>
    public const string Html = "text/html";

    /// <summary>Typing notices (RFC 3994).</summary>
    public const string IsComposing = "application/im-iscomposing+xml";

    /// <summary>A message in a wrapper (RFC 3862).</summary>
    public const string Cpim = "message/cpim";

    /// <summary>Notices of delivery and display, in a wrapper (RFC 5438).</summary>
    public const string Imdn = "message/imdn+xml";
}
