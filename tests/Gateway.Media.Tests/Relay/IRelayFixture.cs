using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

/// <summary>A running relay and the ends of calls through it: what <see cref="MediaRelayContract"/> needs of an engine.</summary>
public interface IRelayFixture
{
    IMediaRelay Relay { get; }

    MediaEnds Ends { get; }
}
