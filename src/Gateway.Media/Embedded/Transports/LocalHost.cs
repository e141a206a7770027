using Gateway.Media.Io;

namespace Gateway.Media.Embedded.Transports;

/// <summary>An address of this machine, without a port.</summary>
/// <param name="Bound">What sockets are bound to.</param>
/// <param name="Advertised">What peers are told: the same, or a router's.</param>
internal readonly record struct LocalHost(PeerAddress Bound, PeerAddress Advertised);
