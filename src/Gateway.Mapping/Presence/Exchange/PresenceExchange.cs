using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Presence;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Presence.Exchange;

/// <summary>
/// Presence of SIP users that have a presence of their own (a trunk with <c>Presence: subscribe</c>), and of XMPP users for them:
/// RFC 8048. Finds the pair that a stanza or a SUBSCRIBE belongs to; what is done is in <see cref="PresencePair"/>.
/// </summary>
public sealed class PresenceExchange : ISubscriptionHandler, IDisposable
{
    /// <summary>The event package (RFC 3856).</summary>
    public const string Package = "presence";

    private const int BatchSize = 100;

    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<(Jid User, Jid Contact), PresencePair> _pairs = new();
    private readonly ConcurrentQueue<(PresencePair Pair, bool IsNew)> _toAwake = new();
    private readonly PresenceOptions _options;
    private readonly AccessPolicy _policy;
    private readonly IXmppLink _link;
    private readonly RateLimit _perTrunk;
    private readonly ILogger _logger;
    private readonly ITimer _batch;
    private readonly ITimer _grace;
    private readonly ExchangeMetrics _metrics;
    private long _devices;

    internal PresenceExchange(
        MappingOptions options, AddressPlan plan, AccessPolicy policy, IXmppLink link, ISipEventAgent events, ISubscriberStore store,
        ContactPresence contacts, TimeProvider time, ILogger logger)
    {
        _options = options.Presence;
        _policy = policy;
        _link = link;
        _logger = logger;
        Plan = plan;
        Events = events;
        Store = store;
        Contacts = contacts;
        Time = time;
        _perTrunk = new RateLimit(options.Policy.TrunkSubscriptionsPerMinute, options.Policy.TrackedSenders, time);
        _batch = time.CreateTimer(_ => AwakeNextBatch(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _grace = time.CreateTimer(_ => OnLinkLost(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _metrics = new ExchangeMetrics(this);
    }

    /// <summary>Pairs in which somebody watches.</summary>
    public int PairCount => _pairs.Count;

    internal AddressPlan Plan { get; }

    internal ISipEventAgent Events { get; }

    internal ISubscriberStore Store { get; }

    internal ContactPresence Contacts { get; }

    internal TimeProvider Time { get; }

    internal TimeSpan Expires => _options.SubscriptionExpires;

    /// <inheritdoc/>
    public SubscriptionDecision OnSubscribe(IncomingSubscription subscription, ISipNotifier handle)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(handle);
        if (!_link.IsUp)
        {
            return Refuse(subscription, 503, "no link to the XMPP server", 30); // U-43
        }

        if (!TryAdmit(subscription, out var user, out var contact, out var trunk, out var refusal))
        {
            return refusal;
        }

        if (!subscription.Accepts(Gateway.Sip.Pidf.PidfDocument.MediaType))
        {
            return Refuse(subscription, 406, "takes no application/pidf+xml", null);
        }

        if (!TryPair(user, contact, out var pair))
        {
            return Refuse(subscription, 503, "too many subscriptions", 60);
        }

        var device = Interlocked.Increment(ref _devices);
        var known = pair.KnownToSip();
        var decision = new SubscriptionDecision.Accept(new NotifierSink(pair, device), pair.Watched.IsApproved, known)
        {
            IsBodyLater = subscription.IsFetch && known is null,
            Credentials = trunk.Credentials,
        };
        pair.Join(device, handle, subscription.IsFetch);
        return decision;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _grace.Dispose();
        _metrics.Dispose();
        foreach (var pair in _pairs.Values)
        {
            pair.Dispose();
        }
    }

    /// <summary>Whether the SIP user behind a JID has presence of its own.</summary>
    internal bool Serves(Jid contact) => contact.Local is not null && Plan.TryToSip(contact, out var target, out _)
        && target.Trunk?.Options.Presence == TrunkPresence.Subscribe;

    /// <summary>What an XMPP user with a subscription sees of a SIP user; null without one, or while nothing is known.</summary>
    internal Availability? KnownOf(Jid user, Jid contact) =>
        _pairs.TryGetValue((user.Bare, contact.Bare), out var pair) ? pair.Watch.Known : null;

    /// <summary>subscribe, unsubscribe or probe of a user whom policy lets through.</summary>
    internal void OnAsked(PresenceStanza presence)
    {
        WatchEvent e = presence.Kind switch
        {
            PresenceKind.Subscribe => new WatchEvent.Asked(),
            PresenceKind.Unsubscribe => new WatchEvent.Left(),
            _ => new WatchEvent.Probed(presence.From),
        };
        if (TryPair(presence.From.Bare, presence.To.Bare, out var pair))
        {
            pair.Post(e);
        }
        else if (presence.Kind == PresenceKind.Subscribe)
        {
            Send(presence.ErrorReply(new StanzaError(StanzaErrorCondition.ResourceConstraint, "too many subscriptions", "wait")));
        }
    }

    /// <summary>What she says of herself and of whom she lets see it.</summary>
    internal void OnTold(PresenceStanza presence)
    {
        if (!_pairs.TryGetValue((presence.From.Bare, presence.To.Bare), out var pair))
        {
            return;
        }

        switch (presence.Kind)
        {
            case PresenceKind.Available:
                pair.Post(new WatchEvent.Seen(IsOnline: true));
                pair.Post(new WatchedEvent.Told(presence.From.Resource ?? "", UserPresence.Of(presence)));
                break;
            case PresenceKind.Unavailable:
                pair.Post(new WatchedEvent.Told(presence.From.Resource ?? "", UserPresence.Of(presence)));
                pair.Post(new WatchEvent.Seen(pair.Watched.Resources.Values.Any(device => device.IsOpen)));
                break;
            case PresenceKind.Subscribed:
                pair.Post(new WatchedEvent.Authorized());
                break;
            case PresenceKind.Unsubscribed:
                pair.Post(new WatchEvent.ProbeRefused());
                pair.Post(new WatchedEvent.Denied());
                break;
            case PresenceKind.Error:
                pair.Post(new WatchEvent.ProbeRefused());
                pair.Post(new WatchedEvent.Bounced(presence.Error?.Condition ?? StanzaErrorCondition.UndefinedCondition));
                break;
        }
    }

    /// <summary>Subscriptions that were kept; before the link is up.</summary>
    internal void Restore(IEnumerable<PresenceSubscription> kept)
    {
        foreach (var subscription in kept.Where(subscription => _policy.MayUse(subscription.User)))
        {
            if (TryPair(subscription.User, subscription.Contact, out var pair))
            {
                _toAwake.Enqueue((pair, true));
            }
        }
    }

    internal void OnUp(bool isReconnect)
    {
        _grace.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (isReconnect)
        {
            foreach (var pair in _pairs.Values)
            {
                _toAwake.Enqueue((pair, false));
            }
        }

        AwakeNextBatch();
    }

    /// <summary>P-19: what is known of XMPP users stays so for a while; a short interruption is nobody's business.</summary>
    internal void OnDown() => _grace.Change(_options.LinkGrace, Timeout.InfiniteTimeSpan);

    /// <summary>SIP users that are shown as available to someone.</summary>
    internal IEnumerable<(Jid From, Jid To)> Shown => _pairs.Values.Where(pair => pair.Watch.Known is { IsOpen: true })
        .Select(pair => (GatewayResource.Of(pair.Contact), pair.User));

    internal void ShowAgain(Jid contact)
    {
        foreach (var ((_, of), pair) in _pairs)
        {
            if (of.Equals(contact))
            {
                pair.ShowAgain();
            }
        }
    }

    internal void Send(XElement stanza)
    {
        if (!_link.TrySend(stanza))
        {
            _metrics.Unsent();
        }
    }

    internal void BadDocument(Jid contact, string fault)
    {
        _metrics.BadDocument();
        Log.BadDocument(_logger, contact, fault);
    }

    internal void Crashed(Jid user, Jid contact, Exception fault) => Log.StepFailed(_logger, user, contact, fault);

    internal void Refused(Jid contact, SipFailure failure) => Log.SubscribeRefused(_logger, contact, failure.Status);

    /// <summary>Nothing happens in the pair any more: it is forgotten, unless that has just changed.</summary>
    internal void Settle(PresencePair pair)
    {
        var key = (pair.User, pair.Contact);
        if (!pair.IsIdle || (_pairs.TryRemove(new KeyValuePair<(Jid, Jid), PresencePair>(key, pair)) && !pair.IsIdle))
        {
            _pairs.TryAdd(key, pair); // found just before it was forgotten, and in use again
        }
    }

    private bool TryPair(Jid user, Jid contact, [NotNullWhen(true)] out PresencePair? pair)
    {
        if (_pairs.TryGetValue((user, contact), out pair))
        {
            return true;
        }

        if (_pairs.Count >= _options.SubscriberLimit)
        {
            _metrics.Refused();
            return false;
        }

        pair = _pairs.GetOrAdd((user, contact), key => new PresencePair(
            this, key.User, key.Contact, Plan.TryToSip(key.Contact, out var target, out _) ? target : null));
        return true;
    }

    /// <summary>P-15: only a trunk's users, under a name of their own, see presence, and only of users of the gateway.</summary>
    private bool TryAdmit(
        IncomingSubscription subscription, [NotNullWhen(true)] out Jid? user, [NotNullWhen(true)] out Jid? contact,
        [NotNullWhen(true)] out Trunk? trunk, [NotNullWhen(false)] out SubscriptionDecision? refusal)
    {
        contact = null;
        user = null;
        refusal = null;
        if (!_policy.TryFindTrunk(subscription.Source, out trunk))
        {
            refusal = Refuse(subscription, 403, "this address is no trunk's", null); // before 404: strangers learn nothing about users
        }
        else if (trunk.Options.Presence != TrunkPresence.Subscribe)
        {
            refusal = Refuse(subscription, 489, "no presence with this trunk", null); // P-16
        }
        else if (!Plan.TryToXmpp(subscription.RequestUri, out user, out var fault))
        {
            refusal = Refuse(subscription, fault.Status, fault.Detail, null);
        }
        else if (!_policy.MayBeCalled(user))
        {
            refusal = Refuse(subscription, 404, "this user does not use the gateway", null);
        }
        else if (!Plan.TryCaller(ClaimOf(subscription), user, out var caller, out fault))
        {
            refusal = Refuse(subscription, fault.Status, fault.Detail, null);
        }
        else if (caller.IsAnonymous)
        {
            refusal = Refuse(subscription, 403, "presence is not for the nameless", null);
        }
        else if (!_perTrunk.TryTake(trunk.Name))
        {
            refusal = Refuse(subscription, 503, "too many subscriptions from this trunk", 60);
        }
        else
        {
            contact = caller.Jid.Bare;
        }

        return refusal is null;
    }

    private static SipCallerClaim ClaimOf(IncomingSubscription subscription) => new(subscription.From, subscription.Source.Address)
    {
        AssertedIdentities = subscription.AssertedIdentities,
    };

    private SubscriptionDecision.Refuse Refuse(IncomingSubscription subscription, int status, string why, int? retryAfter)
    {
        _metrics.Refused();
        Log.SubscriptionRefused(_logger, subscription.Source.ToString(), status, why);
        return new SubscriptionDecision.Refuse(status, null, retryAfter);
    }

    private void OnLinkLost()
    {
        foreach (var pair in _pairs.Values)
        {
            pair.Post(new WatchedEvent.LinkLost());
        }
    }

    private void AwakeNextBatch()
    {
        for (var awake = 0; awake < BatchSize && _link.IsUp && _toAwake.TryDequeue(out var next); awake++)
        {
            if (next.IsNew)
            {
                next.Pair.Post(new WatchEvent.Restored());
            }
            else
            {
                next.Pair.Post(new WatchEvent.LinkBack());
                next.Pair.Post(new WatchedEvent.LinkBack());
            }
        }

        if (!_toAwake.IsEmpty)
        {
            _batch.Change(BatchInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class NotifierSink(PresencePair pair, long device) : INotifierSink
    {
        public void On(NotifierEvent notifierEvent)
        {
            switch (notifierEvent)
            {
                case NotifierEvent.Unsubscribed:
                    pair.Post(new WatchedEvent.Left(device));
                    break;
                case NotifierEvent.Expired or NotifierEvent.Lost:
                    pair.Post(new WatchedEvent.Gone(device));
                    break;
            }
        }
    }
}
