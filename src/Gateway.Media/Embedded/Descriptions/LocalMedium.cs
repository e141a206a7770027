using System.Collections.Immutable;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>What the relay says of its own side of one medium. A closed set.</summary>
internal abstract record LocalMedium(string Protocol, string Address, int Port)
{
    /// <summary>Refused.</summary>
    public sealed record Refused(string Protocol) : LocalMedium(Protocol, "0.0.0.0", 0);

    /// <summary>Plain RTP, RTCP on the next port; SRTP with the keys of <paramref name="Crypto"/>, values of a=crypto.</summary>
    public sealed record Plain(string Protocol, string Address, int Port, ImmutableArray<string> Crypto)
        : LocalMedium(Protocol, Address, Port);

    /// <summary>ICE, DTLS-SRTP, RTP and RTCP on one port.</summary>
    public sealed record WebRtc(string Protocol, string Address, int Port, string Mid) : LocalMedium(Protocol, Address, Port)
    {
        public required string Ufrag { get; init; }

        public required string Password { get; init; }

        /// <summary>Values of a=candidate.</summary>
        public required ImmutableArray<string> Candidates { get; init; }

        /// <summary>The value of a=fingerprint.</summary>
        public required string Fingerprint { get; init; }

        /// <summary>What our packets will name as their source.</summary>
        public required LocalSource Source { get; init; }

        /// <summary>actpass in offers; in answers what was chosen (RFC 8842 section 5).</summary>
        public required SetupRole Setup { get; init; }
    }
}

/// <summary>The source of what we send to an end, the same for the call's life.</summary>
/// <param name="Ssrc">Never 0.</param>
/// <param name="Name">CNAME, shared by all streams to the end (RFC 3550 section 6.5.1).</param>
internal sealed record LocalSource(uint Ssrc, string Name);
