using System.Collections.Immutable;
using System.Net;
using System.Text;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>A wire that ends in a list.</summary>
internal sealed class MemoryNetwork(ISipLoop loop) : ISipNetwork
{
    public static readonly IPEndPoint Here = new(IPAddress.Parse("192.0.2.1"), 5060);

    public ImmutableArray<SipListenAddress> Bound =>
        [new(SipTransportKind.Udp, Here), new(SipTransportKind.Tcp, Here)];

    public Queue<(SipMessage Message, MemoryFlow Flow)> Sent { get; } = new();

    /// <summary>Refusals that repeat what is malformed in their request.</summary>
    public List<string> Unreadable { get; } = [];

    /// <summary>Far ends that refuse; the transport says so.</summary>
    public HashSet<(SipTransportKind, IPEndPoint)> Refusing { get; } = [];

    public bool HasTcp { get; set; } = true;

    public SipFlow? Open(SipTransportKind transport, IPEndPoint remote) =>
        transport == SipTransportKind.Tcp && !HasTcp ? null : Flow(transport, remote);

    public MemoryFlow Flow(SipTransportKind transport, IPEndPoint remote) => new(this, transport, remote);

    internal sealed class MemoryFlow(MemoryNetwork network, SipTransportKind transport, IPEndPoint remote)
        : SipFlow(transport, remote)
    {
        private Action? _failed;

        public bool IsClosed { get; set; }

        public override IPEndPoint Local => Here;

        public override bool IsOpen => !IsClosed;

        /// <summary>The transport reports that what was sent last could not be sent after all.</summary>
        public void Fail() => network.Post(_failed);

        public override SipFlow Towards(IPEndPoint other) => network.Flow(Transport, other);

        public override void Send(ReadOnlyMemory<byte> message, Action? failed)
        {
            _failed = failed;
            if (network.Refusing.Contains((Transport, Remote)))
            {
                network.Post(failed);
                return;
            }

            if (SipParser.Parse(message.ToArray()).Message is { } read)
            {
                network.Sent.Enqueue((read, this));
            }
            else
            {
                network.Unreadable.Add(Encoding.UTF8.GetString(message.Span));
            }
        }
    }

    private void Post(Action? failed)
    {
        if (failed is not null)
        {
            loop.Post(failed);
        }
    }
}
