using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Contacts;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Presence.Exchange;
using Gateway.Sip.Subscriptions;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Presence;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Presence;

/// <summary>
/// Shows SIP users as available: to those who ask for the time of a session (XEP-0276), to subscribers, and again after every
/// reconnection; takes it back when sharing ends and at shutdown. What is decided is in <see cref="PresenceTable"/>. SIP users that
/// have presence of their own are the business of <see cref="PresenceExchange"/>.
/// </summary>
/// <remarks>
/// Stanzas, sessions and timers come from different threads, and presence must be on the stream before the propose that
/// follows it; hence a lock, under which nothing waits.
/// </remarks>
public sealed class PresenceService : IXmppExtension, IXmppLinkObserver, IDisposable
{
    private const int BatchSize = 200; // leaves room in the link's queue for calls

    private static readonly Availability Available = new(true);
    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(100);

    private readonly PresenceOptions _options;
    private readonly AddressPlan _plan;
    private readonly AccessPolicy _policy;
    private readonly IXmppLink _link;
    private readonly ContactPresence _contacts;
    private readonly ContactBook _book;
    private readonly Subscribers _subscribers;
    private readonly RateLimit _perSender;
    private readonly TimeProvider _time;
    private readonly ILogger<PresenceService> _logger;
    private readonly ITimer _batch;
    private readonly PresenceMetrics _metrics;

    private readonly Lock _gate = new();
    private readonly Dictionary<(Jid User, Jid Contact), Sharing> _sharings = [];
    private readonly Queue<(Jid Contact, Jid To, bool IsSubscriber)> _toShow = new();

    /// <summary>Sends nothing before the link is up.</summary>
    public PresenceService(PresenceServiceParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var options = parts.Options;
        _options = options.Presence;
        _plan = parts.Plan;
        _policy = parts.Policy;
        _link = parts.Link;
        _book = parts.Book;
        _contacts = new ContactPresence(_options, _plan, parts.Discovery, _book);
        _subscribers = new Subscribers(parts.Store, _options.SubscriberLimit);
        _perSender = new RateLimit(options.Policy.PresencePerMinute, options.Policy.TrackedSenders, parts.Time);
        _time = parts.Time;
        _logger = parts.Logger;
        _metrics = new PresenceMetrics(this);
        _batch = _time.CreateTimer(_ => ShowNextBatch(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Exchange = new PresenceExchange(
            options, _plan, _policy, _link, parts.Events, parts.Store, _contacts, _time, _logger);
    }

    /// <summary>
    /// Told when a device of an XMPP user goes away from a SIP user (presence of type unavailable, full JID first): a session with it may
    /// be over (MAPPING T-8, N-36, J-11). To be set before the stream starts; must return at once.
    /// </summary>
    public Action<Jid, Jid>? Departed { get; set; }

    /// <summary>SIP users with presence of their own.</summary>
    public PresenceExchange Exchange { get; }

    /// <summary>Subscriptions that are known.</summary>
    public int SubscriberCount => Locked(() => _subscribers.Count);

    /// <summary>Pairs that share presence for the time of a session.</summary>
    public int SharingCount => Locked(() => _sharings.Count);

    /// <inheritdoc/>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router.OnPresence(Handle).Advertise(TemporaryPresence.Temppres).Advertise(TemporaryPresence.Decloak);
    }

    /// <summary>Reads the kept subscriptions; before the link is started.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var kept = await _subscribers.ReadAsync(cancellationToken).ConfigureAwait(false);
        var byKind = kept.ToLookup(subscription => Exchange.Serves(subscription.Contact));
        Log.SubscriptionsLoaded(_logger, Locked(() => _subscribers.Fill(byKind[false])) + byKind[true].Count());
        Exchange.Restore(byKind[true]);
    }

    /// <summary>Every subscriber and everyone who shares presence sees it again: their server has lost it (MAPPING P-18).</summary>
    public void OnUp(bool isReconnect)
    {
        lock (_gate)
        {
            _toShow.Clear();
            foreach (var subscription in _subscribers.All.Where(subscription => _policy.MayUse(subscription.User)))
            {
                _toShow.Enqueue((subscription.Contact, subscription.User, true));
            }

            foreach (var ((_, contact), sharing) in _sharings)
            {
                foreach (var recipient in sharing.Recipients)
                {
                    _toShow.Enqueue((contact, recipient, false));
                }
            }
        }

        ShowNextBatch();
        Exchange.OnUp(isReconnect);
    }

    /// <inheritdoc/>
    public void OnDown(string reason)
    {
        Exchange.OnDown();
        lock (_gate)
        {
            _toShow.Clear(); // begun anew when the link comes back
        }
    }

    /// <summary>A session of the pair has begun: temporary presence lasts until it has ended.</summary>
    /// <param name="user">The XMPP user, bare or full.</param>
    /// <param name="contact">The SIP user as addressed, bare or full.</param>
    /// <param name="announce">Shows presence to all of her devices now, before a propose (MAPPING J-7), unless she sees it anyway.</param>
    /// <param name="isCall">Both talk: the SIP user is on the phone.</param>
    /// <param name="name">Display name that the SIP user gave, or null.</param>
    public void SessionStarted(Jid user, Jid contact, bool announce, bool isCall = false, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(contact);
        _book.Remember(contact, name);
        lock (_gate)
        {
            var sharing = SharingOf(user, contact);
            sharing.Sessions++;
            sharing.Keep();
            if (announce && ((!IsSeenBy(user, contact) && sharing.Recipients.Add(user.Bare)) || _options.AskXmppUsers))
            {
                var stanza = Exchange.KnownOf(user, contact) is { IsOpen: true } known
                    ? _contacts.Write(contact.Bare, user.Bare, known)
                    : Presence(contact, user.Bare, _subscribers.Contains(user, contact));
                stanza.Add(_options.AskXmppUsers ? TemporaryPresence.Write(TemporaryPresenceReason.Media) : []); // T-13
                _link.TrySend(stanza);
            }
        }

        if (isCall && _contacts.CallChanged(contact, 1))
        {
            ShowAgain(contact);
        }
    }

    /// <summary>A session of the pair has ended. Once for each <see cref="SessionStarted"/>, with the same <paramref name="isCall"/>.</summary>
    public void SessionEnded(Jid user, Jid contact, bool isCall = false)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(contact);
        lock (_gate)
        {
            if (_sharings.TryGetValue((user.Bare, contact.Bare), out var sharing) && --sharing.Sessions <= 0)
            {
                sharing.Sessions = 0;
                EndLater(user.Bare, contact.Bare, sharing, _options.Linger);
            }
        }

        if (isCall && _contacts.CallChanged(contact, -1))
        {
            ShowAgain(contact);
        }
    }

    /// <summary>Takes all presence back (MAPPING K-4, P-18): the server does not do it for a component. Returns when all of it
    /// is queued, or when cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var farewells = Locked(Farewells);
        while (farewells.TryPeek(out var next) && !cancellationToken.IsCancellationRequested)
        {
            if (_link.TrySend(PresenceWriter.Write(next.From, next.To, PresenceKind.Unavailable)))
            {
                farewells.Dequeue();
            }
            else
            {
                await Task.Delay(BatchInterval, _time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (farewells.Count > 0)
        {
            Log.FarewellsUnsent(_logger, farewells.Count);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _metrics.Dispose();
        Exchange.Dispose();
        lock (_gate)
        {
            foreach (var sharing in _sharings.Values)
            {
                sharing.Dispose();
            }
        }
    }

    internal void Handle(PresenceStanza presence)
    {
        Exchange.OnTold(presence);
        if (TryExchange(presence))
        {
            return;
        }

        if (presence.Kind == PresenceKind.Unavailable)
        {
            Departed?.Invoke(presence.From, presence.To);
        }

        lock (_gate)
        {
            var facts = FactsOf(presence);
            var effects = PresenceTable.Decide(facts);
            var isLimited = !facts.IsSubscribed && effects.Any(IsCostly) && !_perSender.TryTake(presence.From.Bare.ToString());
            if (isLimited)
            {
                _metrics.Limited();
            }

            foreach (var effect in effects.Where(effect => !isLimited || !IsCostly(effect)))
            {
                Run(effect, presence);
            }
        }
    }

    /// <summary>What goes to SIP users with presence of their own, and is not refused.</summary>
    private bool TryExchange(PresenceStanza presence)
    {
        var isRequest = presence.Kind is PresenceKind.Subscribe or PresenceKind.Unsubscribe or PresenceKind.Probe;
        var known = Exchange.KnownOf(presence.From, presence.To);
        if (presence.Kind == PresenceKind.Available && known is not null && TemporaryPresence.TryRead(presence, out _))
        {
            _link.TrySend(_contacts.Write(presence.To.Bare, presence.From, known)); // T-10
            return true;
        }

        if (!isRequest || !Exchange.Serves(presence.To) || RefusalOf(presence) is not null)
        {
            return false;
        }

        if (known is null && !_perSender.TryTake(presence.From.Bare.ToString()))
        {
            _metrics.Limited();
            return true;
        }

        Exchange.OnAsked(presence);
        if (presence.Kind == PresenceKind.Subscribe && known is null && TemporaryPresence.TryRead(presence, out _))
        {
            Show(presence.To, presence.From, isSubscriber: false); // T-9
        }

        return true;
    }

    // T-14: a caps answer is larger than its question, and a subscription is kept. Subscribers are let through: at log-in
    // their server probes for the whole roster at once.
    private static bool IsCostly(PresenceEffect effect) => effect is not (PresenceEffect.Unshare or PresenceEffect.RemoveSubscriber);

    private PresenceFacts FactsOf(PresenceStanza presence) => new(
        presence.Kind,
        TemporaryPresence.TryRead(presence, out _),
        presence.To.Local is null,
        RefusalOf(presence),
        _subscribers.Contains(presence.From, presence.To));

    private StanzaError? RefusalOf(PresenceStanza presence) =>
        !_policy.MayUse(presence.From) ? new StanzaError(StanzaErrorCondition.Forbidden, null, "auth")
        : presence.To.Local is null ? null
        : !_plan.TryToSip(presence.To, out var target, out var fault)
            ? fault.Problem == AddressProblem.Forbidden ? fault.Error : new StanzaError(StanzaErrorCondition.ItemNotFound, fault.Detail, "cancel")
        : _policy.MayDial(target) ? null
        : new StanzaError(StanzaErrorCondition.Forbidden, "this host may not be called", "auth");

    private void Run(PresenceEffect effect, PresenceStanza presence)
    {
        var (user, contact) = (presence.From, presence.To);
        switch (effect)
        {
            case PresenceEffect.Show:
                Show(contact, user, _subscribers.Contains(user, contact));
                break;
            case PresenceEffect.ShowSubscriber:
                Show(contact, user.Bare, isSubscriber: true);
                break;
            case PresenceEffect.Hide:
                Send(PresenceKind.Unavailable, GatewayResource.Of(contact), user.Bare);
                break;
            case PresenceEffect.Answer answer:
                Send(answer.Kind, contact.Bare, user.Bare);
                break;
            case PresenceEffect.Refuse refuse:
                _link.TrySend(presence.ErrorReply(refuse.Error));
                break;
            case PresenceEffect.Share:
                Share(user, contact);
                break;
            case PresenceEffect.Unshare:
                Unshare(user, contact);
                break;
            case PresenceEffect.AddSubscriber:
                if (!_subscribers.TryAdd(user, contact))
                {
                    Log.SubscriberLimit(_logger, _options.SubscriberLimit);
                }

                break;
            case PresenceEffect.RemoveSubscriber:
                _subscribers.Remove(user, contact);
                break;
        }
    }

    private void Share(Jid user, Jid contact)
    {
        if (_sharings.Count >= _options.SharingLimit && !_sharings.ContainsKey((user.Bare, contact.Bare)))
        {
            return; // shown once, and forgotten
        }

        var sharing = SharingOf(user, contact);
        sharing.Recipients.Add(user);
        if (sharing.Sessions == 0)
        {
            EndLater(user.Bare, contact.Bare, sharing, _options.Unused);
        }
    }

    private void Unshare(Jid user, Jid contact)
    {
        if (_sharings.TryGetValue((user.Bare, contact.Bare), out var sharing) && sharing.Recipients.Remove(user) && sharing.IsEmpty)
        {
            _sharings.Remove((user.Bare, contact.Bare));
            sharing.Dispose();
        }
    }

    private Sharing SharingOf(Jid user, Jid contact)
    {
        var pair = (user.Bare, contact.Bare);
        if (!_sharings.TryGetValue(pair, out var sharing))
        {
            _sharings[pair] = sharing = new Sharing();
        }

        return sharing;
    }

    private void EndLater(Jid user, Jid contact, Sharing sharing, TimeSpan delay) =>
        sharing.EndAfter(delay, _time, ended => End(user, contact, ended));

    private void End(Jid user, Jid contact, Sharing sharing)
    {
        lock (_gate)
        {
            // A timer that fires while a session begins has lost.
            if (sharing.Sessions > 0 || !_sharings.TryGetValue((user, contact), out var current) || current != sharing)
            {
                return;
            }

            _sharings.Remove((user, contact));
            sharing.Dispose();
            if (!IsSeenBy(user, contact)) // T-10
            {
                foreach (var recipient in sharing.Recipients)
                {
                    Send(PresenceKind.Unavailable, GatewayResource.Of(contact), recipient);
                }
            }
        }
    }

    private Queue<(Jid From, Jid To)> Farewells()
    {
        _toShow.Clear();
        var shared = _sharings.SelectMany(pair => pair.Value.Recipients.Select(to => (GatewayResource.Of(pair.Key.Contact), to)));
        var subscribed = _subscribers.All.Select(subscription => (GatewayResource.Of(subscription.Contact), subscription.User));
        return new Queue<(Jid, Jid)>(shared.Concat(subscribed).Concat(Exchange.Shown).Distinct());
    }

    private void ShowNextBatch()
    {
        lock (_gate)
        {
            for (var sent = 0; sent < BatchSize && _toShow.TryPeek(out var next); sent++)
            {
                if (!_link.TrySend(Presence(next.Contact, next.To, next.IsSubscriber)))
                {
                    break; // the queue is full: try again after the interval
                }

                _toShow.Dequeue();
            }

            if (_toShow.Count > 0)
            {
                _batch.Change(BatchInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Send(PresenceKind kind, Jid from, Jid to) => _link.TrySend(PresenceWriter.Write(from, to, kind));

    private void Show(Jid contact, Jid to, bool isSubscriber) => _link.TrySend(Presence(contact, to, isSubscriber));

    // T-3: who shares for a session only sees caps and nothing else.
    private XElement Presence(Jid contact, Jid to, bool isSubscriber) => isSubscriber
        ? _contacts.Write(contact.Bare, to, Available)
        : _contacts.WriteBare(GatewayResource.Of(contact), to);

    private bool IsSeenBy(Jid user, Jid contact) =>
        _subscribers.Contains(user, contact) || Exchange.KnownOf(user, contact) is { IsOpen: true };

    private void ShowAgain(Jid contact)
    {
        lock (_gate)
        {
            foreach (var user in _subscribers.Of(contact.Bare))
            {
                Show(contact, user, isSubscriber: true);
            }
        }

        Exchange.ShowAgain(contact.Bare);
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }
}
