namespace Gateway.Media.Rtp;

/// <summary>What becomes of packets with one payload number in one stream: a <see cref="PayloadRule"/>, ready for use.</summary>
internal sealed class StreamRoute(MediaStream stream, PayloadRule rule)
{
    public MediaStream Stream => stream;

    public PayloadAction Action { get; } = rule.Action;

    public byte Outgoing { get; } = rule.Outgoing.Id;

    public int IncomingRate { get; } = rule.Incoming.ClockRate;

    public int OutgoingRate { get; } = rule.Outgoing.ClockRate;

    public bool IsDigits { get; } =
        rule.Incoming.Encoding.Equals("telephone-event", StringComparison.OrdinalIgnoreCase);

    public PayloadRule Rule => rule;
}
