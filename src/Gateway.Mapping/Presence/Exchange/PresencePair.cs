using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Sessions;
using Gateway.Sip.Messages;
using Gateway.Sip.Pidf;
using Gateway.Sip.Subscriptions;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Presence;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Presence.Exchange;

/// <summary>
/// One XMPP user and one SIP user who may watch each other: carries out what <see cref="Watch"/> and <see cref="Watched"/> say.
/// One event at a time, on the thread that posts it; nothing in it waits.
/// </summary>
internal sealed class PresencePair : IDisposable
{
    private readonly ConcurrentQueue<object> _mailbox = new();
    private readonly PresenceExchange _exchange;
    private readonly SipTarget? _target;
    private readonly Dictionary<WatchTimer, ITimer> _timers = [];
    private readonly Dictionary<long, ISipNotifier> _notifiers = [];
    private ISipSubscription? _subscription;
    private int _generation;
    private int _waiting;
    private Watch _watch = new(WatchState.None);
    private Watched _watched = new();

    public PresencePair(PresenceExchange exchange, Jid user, Jid contact, SipTarget? target)
    {
        _exchange = exchange;
        _target = target;
        User = user;
        Contact = contact;
    }

    /// <summary>The XMPP user, bare.</summary>
    public Jid User { get; }

    /// <summary>The SIP user, bare, as she knows it.</summary>
    public Jid Contact { get; }

    /// <summary>A snapshot, for those outside the mailbox.</summary>
    public Watch Watch => Volatile.Read(ref _watch);

    /// <summary>A snapshot, for those outside the mailbox.</summary>
    public Watched Watched => Volatile.Read(ref _watched);

    /// <summary>Nobody watches anybody.</summary>
    public bool IsIdle => Watch is { State: WatchState.None } && !Watched.IsWatched && _mailbox.IsEmpty;

    public void Post(WatchEvent e) => Enqueue(e);

    public void Post(WatchedEvent e) => Enqueue(e);

    /// <summary>A subscription of the SIP user, to be notified from now on.</summary>
    public void Join(long device, ISipNotifier notifier, bool isFetch) => Enqueue(() =>
    {
        _notifiers[device] = notifier;
        Take(new WatchedEvent.Joined(device, isFetch));
    });

    /// <summary>What she was shown is written anew: its trimmings have changed.</summary>
    public void ShowAgain() => Enqueue(() =>
    {
        if (_watch.Known is { IsOpen: true } known)
        {
            Show(known, User);
        }
    });

    /// <summary>What a new subscription of the SIP user is told at once.</summary>
    public SipBody? KnownToSip() => Watched is { IsKnown: true } known ? ToPidf(known.Resources) : null;

    public void Dispose() => Enqueue(() =>
    {
        foreach (var timer in _timers.Values)
        {
            timer.Dispose();
        }

        _timers.Clear();
    });

    private void Enqueue(object item)
    {
        _mailbox.Enqueue(item);
        if (Interlocked.Increment(ref _waiting) != 1)
        {
            return; // whoever found it empty takes this one too
        }

        do
        {
            _mailbox.TryDequeue(out var next);
            TakeOne(next!);
        }
        while (Interlocked.Decrement(ref _waiting) > 0);

        _exchange.Settle(this);
    }

    private void Enqueue(Action work) => Enqueue((object)work);

    private void TakeOne(object item)
    {
        try
        {
            Take(item);
        }
#pragma warning disable CA1031 // the poster may be a timer, whose end would be the process's; and others wait behind it
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _exchange.Crashed(User, Contact, fault);
            if (item is WatchEvent)
            {
                Post(new WatchEvent.Refused(500)); // what waits for an answer that was never asked for begins anew, later
            }
        }
    }

    private void Take(object item)
    {
        switch (item)
        {
            case WatchEvent e:
                var watch = _watch.On(e);
                Volatile.Write(ref _watch, watch.Next);
                foreach (var effect in watch.Effects)
                {
                    Do(effect);
                }

                break;
            case WatchedEvent e:
                var watched = _watched.On(e);
                Volatile.Write(ref _watched, watched.Next);
                foreach (var effect in watched.Effects)
                {
                    Do(effect);
                }

                break;
            case Action work:
                work();
                break;
        }
    }

    private void Do(WatchEffect effect)
    {
        switch (effect)
        {
            case WatchEffect.Subscribe:
                _subscription = Subscribe(_exchange.Expires, ++_generation, null);
                break;
            case WatchEffect.Refresh:
                _subscription?.Refresh();
                break;
            case WatchEffect.Unsubscribe:
                _subscription?.Unsubscribe();
                break;
            case WatchEffect.Fetch fetch:
                Subscribe(TimeSpan.Zero, 0, fetch.By);
                break;
            case WatchEffect.Say say:
                _exchange.Send(PresenceWriter.Write(Contact, User, say.Kind));
                break;
            case WatchEffect.Show show:
                Show(show.Known, show.To ?? User);
                break;
            case WatchEffect.Keep:
                _exchange.Store.Add(new PresenceSubscription(User, Contact));
                break;
            case WatchEffect.Forget:
                _exchange.Store.Remove(new PresenceSubscription(User, Contact));
                break;
            case WatchEffect.Arm arm:
                Arm(arm.Timer, arm.After);
                break;
            case WatchEffect.Disarm disarm:
                Disarm(disarm.Timer);
                break;
        }
    }

    private void Do(WatchedEffect effect)
    {
        switch (effect)
        {
            case WatchedEffect.Notify notify:
                var body = notify.Devices.IsEmpty ? null : ToPidf(notify.Devices);
                foreach (var (device, notifier) in Chosen(notify.Only))
                {
                    notifier.Notify(isActive: true, body);
                }

                Drop(notify.Only, onlyQuestion: true);
                break;
            case WatchedEffect.Terminate terminate:
                var final = terminate.IsClosed && _watched.IsApproved ? ToPidf(LastClosed()) : null;
                foreach (var (_, notifier) in Chosen(terminate.Only))
                {
                    notifier.Terminate(terminate.Reason, final);
                }

                Drop(terminate.Only, onlyQuestion: false);
                break;
            case WatchedEffect.Say say:
                _exchange.Send(PresenceWriter.Write(Contact, User, say.Kind));
                break;
            case WatchedEffect.Withdraw when _watch.Known is not { IsOpen: true }: // unless she sees it by a subscription of her own
                _exchange.Send(PresenceWriter.Write(GatewayResource.Of(Contact), User, PresenceKind.Unavailable));
                break;
        }
    }

    private KeyValuePair<long, ISipNotifier>[] Chosen(long? only) =>
        [.. _notifiers.Where(pair => only is null || pair.Key == only)];

    /// <summary>Handles that are used up: a single question's after its answer, all after the last NOTIFY.</summary>
    private void Drop(long? only, bool onlyQuestion)
    {
        if (onlyQuestion && (only is null || _watched.Devices.Contains(only.Value)))
        {
            return;
        }

        foreach (var (device, _) in Chosen(only))
        {
            _notifiers.Remove(device);
        }
    }

    private ImmutableSortedDictionary<string, Availability> LastClosed() =>
        ImmutableSortedDictionary.Create<string, Availability>(StringComparer.Ordinal)
            .Add(_watched.Resources.Keys.FirstOrDefault() ?? GatewayResource.Name, Availability.Closed);

    private SipBody ToPidf(IEnumerable<KeyValuePair<string, Availability>> devices) =>
        PidfMapping.ToPidf(_exchange.Plan.XmppCallerToSip(User).Uri, devices);

    private void Show(Availability known, Jid to) => _exchange.Send(_exchange.Contacts.Write(Contact, to, known));

    private void Arm(WatchTimer timer, TimeSpan after)
    {
        Disarm(timer);
        _timers[timer] = _exchange.Time.CreateTimer(
            _ => Post(new WatchEvent.Fired(timer)), null, after, Timeout.InfiniteTimeSpan);
    }

    private void Disarm(WatchTimer timer)
    {
        if (_timers.Remove(timer, out var running))
        {
            running.Dispose();
        }
    }

    private ISipSubscription? Subscribe(TimeSpan expires, int generation, Jid? fetchedBy)
    {
        if (_target is null)
        {
            Post(new WatchEvent.Refused(404));
            return null;
        }

        var from = _exchange.Plan.XmppCallerToSip(User);
        return _exchange.Events.Subscribe(
            new OutgoingSubscription(_target.RequestUri, from, _target.To, PresenceExchange.Package)
            {
                Expires = expires,
                Accept = [PidfDocument.MediaType],
                IsReadable = static body => PidfReader.TryRead(body.Content, out _, out _),
                NextHop = _target.NextHop,
                Credentials = _target.Credentials,
            },
            new Sink(this, generation, fetchedBy));
    }

    private Availability? Read(SipBody? body)
    {
        if (body is null || body.MediaType != PidfDocument.MediaType)
        {
            return null;
        }

        if (PidfReader.TryRead(body.Content, out var document, out var fault))
        {
            return PidfMapping.FromPidf(document, body.Language is { Length: <= 35 } language && SafeText.IsSafe(language) ? language : null);
        }

        _exchange.BadDocument(Contact, fault);
        return null;
    }

    private void OnSip(SubscriptionEvent e)
    {
        switch (e)
        {
            case SubscriptionEvent.Notified n:
                Take(new WatchEvent.Notified(n.IsActive, Read(n.Body)));
                break;
            case SubscriptionEvent.RefreshDue:
                Take(new WatchEvent.RefreshDue());
                break;
            case SubscriptionEvent.Unsubscribed:
                Take(new WatchEvent.Confirmed());
                break;
            case SubscriptionEvent.Refused r:
                _exchange.Refused(Contact, r.Failure);
                Take(new WatchEvent.Refused(
                    r.Failure.Status, r.Failure.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
                break;
            case SubscriptionEvent.Terminated t:
                Take(new WatchEvent.Ended(t.Ending));
                break;
        }
    }

    private void OnFetched(SubscriptionEvent e, Jid by)
    {
        if (e is SubscriptionEvent.Terminated t)
        {
            Take(new WatchEvent.Fetched(by, Read(t.Body)));
        }
    }

    /// <summary>The events of one subscription; once another has taken its place nobody listens.</summary>
    private sealed class Sink(PresencePair pair, int generation, Jid? fetchedBy) : ISubscriptionSink
    {
        public void On(SubscriptionEvent subscriptionEvent) => pair.Enqueue(() =>
        {
            if (fetchedBy is not null)
            {
                pair.OnFetched(subscriptionEvent, fetchedBy);
            }
            else if (generation == pair._generation)
            {
                pair.OnSip(subscriptionEvent);
            }
        });
    }
}
