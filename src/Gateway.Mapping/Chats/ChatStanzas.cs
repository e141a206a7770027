using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Xml.Linq;
using Gateway.Mapping.Errors;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.ChatNegotiation;
using Gateway.Xmpp.FeatureNegotiation;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>
/// Writes a session's stanzas: from the one full JID of the contact, to the device that has the session, in the dialect of the
/// session and under its thread.
/// </summary>
internal sealed class ChatStanzas(ChatSurroundings surroundings, ChatActor chat)
{
    private string From => chat.Parties.Contact.ToString();

    private Chat Now => chat.Snapshot;

    private ChatNegotiationDialect Dialect => Now.Dialect ?? ChatNegotiationDialect.V08;

    /// <summary>The form of the user that opened the session, for errors that echo it.</summary>
    public MessageStanza? Initiation { get; init; }

    /// <summary>Where our form went, and under which id.</summary>
    public Jid? FormRecipient { get; private set; }

    /// <summary>The initiation goes to the bare JID: her server chooses who sees it (N-8).</summary>
    public void Form(ChatTerms terms)
    {
        FormRecipient = Now.Device;
        Send(Now.Device, NewId(), new ChatNegotiationMessage.Initiate(Dialect, ChatGrants.Parameters(Dialect, terms)) { Reason = chat.Parties.Reason });
    }

    public void Reply(ChatOffer? offer, bool accepts, ChatTerms terms, string? reason) => Send(
        Now.Device,
        Mirrored(offer?.Id ?? Initiation?.Id),
        new ChatNegotiationMessage.Reply(
            Dialect, accepts, accepts && offer is not null ? ChatGrants.Values(Dialect, offer.Parameters, terms) : ImmutableDictionary<string, string>.Empty)
        {
            Reason = reason,
        });

    public void OfferError(ChatEffect.SendOfferError error)
    {
        if (Initiation is { } initiation)
        {
            var text = surroundings.Mapping.ExposeReason ? error.Text : null;
            surroundings.Link.TrySend(FeatureNegotiationForms.ErrorReply(initiation, ErrorMapping.Moved(new StanzaError(error.Condition, text), error.NewAddress), error.Fields));
        }
    }

    public void Complete(bool confirms) => Send(Now.Device, null, new ChatNegotiationMessage.Complete(Dialect, confirms));

    public void Renegotiation(ChatTerms wanted) => Send(
        Now.Device, NewId(), new ChatNegotiationMessage.Renegotiate(Dialect, ChatGrants.Parameters(Dialect, wanted with { Secure = false })));

    public void RenegotiationReply(ChatOffer offer, ChatTerms terms) => Send(
        Now.Device, Mirrored(offer.Id),
        new ChatNegotiationMessage.RenegotiateReply(Dialect, true, ChatGrants.Values(Dialect, offer.Parameters, terms)));

    /// <summary>N-22: 0.8 knows an error only; 1.2 can say no where no field is to blame (section 6).</summary>
    public void RenegotiationError(ChatOffer offer, StanzaErrorCondition condition, ImmutableArray<string> fields)
    {
        var to = offer.From ?? Now.Device;
        if (Dialect != ChatNegotiationDialect.V08 && fields.IsEmpty && condition == StanzaErrorCondition.FeatureNotImplemented)
        {
            Send(to, null, new ChatNegotiationMessage.RenegotiateReply(Dialect, false, ImmutableDictionary<string, string>.Empty));
            return;
        }

        // The form itself, which every error echoes, is made again from what was read of it.
        var form = ChatNegotiationWriter.Build(
            to.ToString(), From, offer.Id, Thread, new ChatNegotiationMessage.Renegotiate(Dialect, offer.Parameters));
        if (Stanza.TryRead(form, out var stanza, out _) && stanza is MessageStanza message)
        {
            surroundings.Link.TrySend(FeatureNegotiationForms.ErrorReply(message, condition, fields));
        }
    }

    public void Moved(string? id, Jid oldDevice, Jid newDevice) =>
        Send(oldDevice, Mirrored(id), new ChatNegotiationMessage.ContinueReply(Dialect, newDevice.Resource ?? ""));

    public void Terminate(string? reason) => Send(
        FormRecipient is { } asked && Now.Device == asked.Bare ? asked : Now.Device, NewId(),
        new ChatNegotiationMessage.Terminate(Dialect) { Reason = Dialect == ChatNegotiationDialect.V08 ? reason : null }); // S-11

    public void TerminateTo(Jid device) => Send(device, NewId(), new ChatNegotiationMessage.Terminate(Dialect));

    public void AcknowledgeTermination(string? id) =>
        Send(Now.Device, Mirrored(id), new ChatNegotiationMessage.TerminateAcknowledged(Dialect));

    /// <summary>A chat message; null when the link's queue is full.</summary>
    public bool Message(string? id, bool offTheRecord, params ReadOnlySpan<object?> children)
    {
        var stanza = new XElement(
            "message",
            new XAttribute("from", From),
            new XAttribute("to", Now.Device.ToString()),
            new XAttribute("type", "chat"),
            id is null ? null : new XAttribute("id", id),
            chat.Parties.Thread is { } thread ? new XElement("thread", thread) : null);
        foreach (var child in children)
        {
            stanza.Add(child);
        }

        if (offTheRecord)
        {
            stanza.Add(MessageHints.NoStore(), MessageHints.NoCopy()); // F-3
        }

        return surroundings.Link.TrySend(stanza);
    }

    public static string NewId() => "chat-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private string Thread => chat.Parties.TableThread;

    // N-6, S-6: ids are mirrored in 0.8, and mean nothing later.
    private string? Mirrored(string? id) => Dialect == ChatNegotiationDialect.V08 ? id : null;

    private void Send(Jid to, string? id, ChatNegotiationMessage message) =>
        surroundings.Link.TrySend(ChatNegotiationWriter.Build(From, to.ToString(), id, Thread, message));
}
