using System.Diagnostics.Metrics;

namespace Gateway.Mapping.Presence;

/// <summary>Counters of presence.</summary>
internal sealed class PresenceMetrics : IDisposable
{
    private readonly Meter _meter = new("Gateway.Mapping");
    private readonly Counter<long> _limited;

    public PresenceMetrics(PresenceService service)
    {
        _limited = _meter.CreateCounter<long>(
            "gateway.mapping.presence.limited", description: "Presence stanzas left unanswered because their sender sends too many");
        _meter.CreateObservableGauge(
            "gateway.mapping.presence.subscribers", () => service.SubscriberCount, description: "Presence subscriptions known");
        _meter.CreateObservableGauge(
            "gateway.mapping.presence.sharings", () => service.SharingCount, description: "Pairs with temporary presence");
    }

    public void Limited() => _limited.Add(1);

    public void Dispose() => _meter.Dispose();
}
