using System.Diagnostics.Metrics;

namespace Gateway.Mapping.Presence.Exchange;

/// <summary>Counters of presence between the two networks.</summary>
internal sealed class ExchangeMetrics : IDisposable
{
    private readonly Meter _meter = new("Gateway.Mapping");
    private readonly Counter<long> _refused;
    private readonly Counter<long> _badDocuments;
    private readonly Counter<long> _unsent;

    public ExchangeMetrics(PresenceExchange exchange)
    {
        _refused = _meter.CreateCounter<long>(
            "gateway.mapping.presence.refused", description: "Subscriptions of SIP users that were refused, and of XMPP users beyond the limit");
        _badDocuments = _meter.CreateCounter<long>(
            "gateway.mapping.presence.bad_documents", description: "Presence documents from SIP that could not be read");
        _unsent = _meter.CreateCounter<long>(
            "gateway.mapping.presence.unsent", description: "Presence stanzas that the stream did not take");
        _meter.CreateObservableGauge(
            "gateway.mapping.presence.pairs", () => exchange.PairCount, description: "Pairs of users of whom one watches the other across networks");
    }

    public void Refused() => _refused.Add(1);

    public void BadDocument() => _badDocuments.Add(1);

    public void Unsent() => _unsent.Add(1);

    public void Dispose() => _meter.Dispose();
}
