using System.Collections.Immutable;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.ChatNegotiation;

namespace Gateway.Mapping.Chats;

/// <summary>A form of the XMPP user that asks for parameters, as far as the gateway can keep them.</summary>
/// <param name="Id">Id of its stanza, mirrored in the answer (N-6).</param>
/// <param name="Parameters">The form's fields.</param>
/// <param name="Wanted">The terms that follow from them and from what the gateway can promise.</param>
public sealed record ChatOffer(string? Id, ImmutableArray<ChatParameter> Parameters, ChatTerms Wanted)
{
    /// <summary>Her device that sent it, which alone can be told what was wrong with it: an error to a bare JID is lost (RFC 6121 section
    /// 8.5.2.1.1).</summary>
    public Jid? From { get; init; }

    /// <summary>The session needs formatted text.</summary>
    public bool NeedsXhtml { get; init; }

    /// <summary>The session needs chat states.</summary>
    public bool NeedsChatStates { get; init; }

    /// <summary>Fields that are required and not in the terms that came out (N-13).</summary>
    public ImmutableArray<string> MissingIn(ChatTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var missing = ImmutableArray.CreateBuilder<string>();
        if (NeedsXhtml && !terms.Xhtml)
        {
            missing.Add(ChatFields.Xhtml);
        }

        if (NeedsChatStates && !terms.ChatStates)
        {
            missing.Add(ChatFields.ChatStates);
        }

        return missing.ToImmutable();
    }
}
