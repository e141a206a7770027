using System.Collections.Immutable;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Routing;

/// <summary>
/// Who handles which payload. Everything is registered before the stream starts; a second registration for the same key
/// throws, so two extensions can never fight over a stanza. Handlers run on the stream's loop and must return at once.
/// </summary>
public sealed class StanzaRouter
{
    private readonly Dictionary<XNamespace, Func<MessageStanza, XElement, StanzaResult>> _messages = [];
    private readonly Dictionary<(IqKind Kind, XNamespace Namespace), Func<IqStanza, XElement, StanzaResult>> _iqsByNamespace = [];
    private readonly Dictionary<(IqKind Kind, XName Name), Func<IqStanza, XElement, StanzaResult>> _iqsByName = [];
    private readonly List<Action<MessageStanza, StanzaError>> _messageErrors = [];
    private readonly List<Action<PresenceStanza>> _presences = [];
    private readonly Dictionary<string, DiscoTargets> _features = new(StringComparer.Ordinal);
    private Func<MessageStanza, StanzaResult>? _plainMessage;
    private bool _frozen;

    /// <summary>Messages that carry a payload in this namespace: the first payload whose handler takes the message wins.</summary>
    public StanzaRouter OnMessage(XNamespace payload, Func<MessageStanza, XElement, StanzaResult> handler)
    {
        Add(_messages, payload, handler);
        return this;
    }

    /// <summary>Messages that no payload's handler took: conversation, in general. One handler at most.</summary>
    public StanzaRouter OnPlainMessage(Func<MessageStanza, StanzaResult> handler)
    {
        ThrowIfFrozen();
        ThrowIfTaken(_plainMessage is not null, "plain messages");
        _plainMessage = handler;
        return this;
    }

    /// <summary>Messages of type='error': what was sent has come back (J-16, M-9). Every handler sees every one.</summary>
    public StanzaRouter OnMessageError(Action<MessageStanza, StanzaError> handler)
    {
        ThrowIfFrozen();
        _messageErrors.Add(handler);
        return this;
    }

    /// <summary>Presence of any kind. Every handler sees every one.</summary>
    public StanzaRouter OnPresence(Action<PresenceStanza> handler)
    {
        ThrowIfFrozen();
        _presences.Add(handler);
        return this;
    }

    /// <summary>IQ get whose payload is in this namespace.</summary>
    public StanzaRouter OnIqGet(XNamespace payload, Func<IqStanza, XElement, StanzaResult> handler) =>
        OnIq(IqKind.Get, payload, handler);

    /// <summary>IQ get with this payload; wins over a handler of its namespace.</summary>
    public StanzaRouter OnIqGet(XName payload, Func<IqStanza, XElement, StanzaResult> handler) => OnIq(IqKind.Get, payload, handler);

    /// <summary>IQ set whose payload is in this namespace.</summary>
    public StanzaRouter OnIqSet(XNamespace payload, Func<IqStanza, XElement, StanzaResult> handler) =>
        OnIq(IqKind.Set, payload, handler);

    /// <summary>IQ set with this payload; wins over a handler of its namespace.</summary>
    public StanzaRouter OnIqSet(XName payload, Func<IqStanza, XElement, StanzaResult> handler) => OnIq(IqKind.Set, payload, handler);

    /// <summary>A feature for service discovery. Stating it again, for the same or more targets, adds up.</summary>
    public StanzaRouter Advertise(XNamespace feature, DiscoTargets targets = DiscoTargets.Users)
    {
        ArgumentNullException.ThrowIfNull(feature);
        ThrowIfFrozen();
        _features[feature.NamespaceName] = _features.GetValueOrDefault(feature.NamespaceName) | targets;
        return this;
    }

    /// <summary>Lets an extension register itself.</summary>
    public StanzaRouter Register(IXmppExtension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        extension.Register(this);
        return this;
    }

    /// <summary>No registration after this: service discovery's answer, and with it the caps hash, is fixed.</summary>
    internal void Freeze() => _frozen = true;

    internal ImmutableArray<string> FeaturesOf(DiscoTargets target) =>
        [.. _features.Where(feature => (feature.Value & target) != 0).Select(feature => feature.Key).Order(StringComparer.Ordinal)];

    internal StanzaResult Handle(IqStanza request, XElement payload) =>
        _iqsByName.TryGetValue((request.Kind, payload.Name), out var handler)
        || _iqsByNamespace.TryGetValue((request.Kind, payload.Name.Namespace), out handler)
            ? handler(request, payload)
            : StanzaResult.Pass;

    internal StanzaResult Handle(MessageStanza message)
    {
        foreach (var payload in message.Payloads)
        {
            if (_messages.TryGetValue(payload.Name.Namespace, out var handler)
                && handler(message, payload) is var result and not StanzaResult.NotTaken)
            {
                return result;
            }
        }

        return _plainMessage?.Invoke(message) ?? StanzaResult.Pass;
    }

    internal IReadOnlyList<Action<MessageStanza, StanzaError>> MessageErrorHandlers => _messageErrors;

    internal IReadOnlyList<Action<PresenceStanza>> PresenceHandlers => _presences;

    private StanzaRouter OnIq(IqKind kind, XNamespace payload, Func<IqStanza, XElement, StanzaResult> handler)
    {
        Add(_iqsByNamespace, (kind, payload), handler);
        return this;
    }

    private StanzaRouter OnIq(IqKind kind, XName payload, Func<IqStanza, XElement, StanzaResult> handler)
    {
        Add(_iqsByName, (kind, payload), handler);
        return this;
    }

    private void Add<TKey, THandler>(Dictionary<TKey, THandler> handlers, TKey key, THandler handler)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfFrozen();
        ThrowIfTaken(!handlers.TryAdd(key, handler), key.ToString());
    }

    private void ThrowIfFrozen()
    {
        if (_frozen)
        {
            throw new InvalidOperationException("Stanza handlers are registered before the stream starts.");
        }
    }

    private static void ThrowIfTaken(bool taken, string? what)
    {
        if (taken)
        {
            throw new InvalidOperationException($"A handler for {what} is registered already.");
        }
    }
}
