using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>Which way media flow, seen from the description's author (RFC 3264 section 5.1).</summary>
[Flags]
internal enum MediaDirection
{
    /// <summary>a=inactive.</summary>
    None = 0,

    /// <summary>a=sendonly.</summary>
    Sends = 1,

    /// <summary>a=recvonly.</summary>
    Receives = 2,

    /// <summary>a=sendrecv.</summary>
    Both = Sends | Receives,
}

/// <summary>What a=setup says (RFC 4145 section 4, RFC 5763 section 5).</summary>
internal enum SetupRole
{
    /// <summary>Either role.</summary>
    ActPass,

    /// <summary>The author is the DTLS client.</summary>
    Active,

    /// <summary>The author is the DTLS server.</summary>
    Passive,
}

/// <summary>One medium of a description: its lines as they came, and what the relay needs to know of them.</summary>
internal sealed record MediaSection
{
    /// <summary>audio, video, or what else the m= line names.</summary>
    public required string Kind { get; init; }

    public required int Port { get; init; }

    /// <summary>The transport, such as RTP/AVP.</summary>
    public required string Protocol { get; init; }

    /// <summary>The formats of the m= line as written.</summary>
    public required ImmutableArray<string> Formats { get; init; }

    /// <summary>The lines behind the m= line that the other end is shown (<see cref="PassingLines"/>).</summary>
    public ImmutableArray<string> Lines { get; init; } = [];

    /// <summary>The formats of an RTP medium that could be read, in the order of preference.</summary>
    public ImmutableArray<PayloadFormat> Payloads { get; init; } = [];

    /// <summary>The address of its c= line or the session's; empty when there is none.</summary>
    public string Address { get; init; } = "";

    public MediaDirection Direction { get; init; } = MediaDirection.Both;

    public string? Mid { get; init; }

    public string? Ufrag { get; init; }

    public string? Password { get; init; }

    /// <summary>The values of a=candidate.</summary>
    public ImmutableArray<string> Candidates { get; init; } = [];

    public bool HasEndOfCandidates { get; init; }

    /// <summary>The values of a=fingerprint.</summary>
    public ImmutableArray<string> Fingerprints { get; init; } = [];

    public SetupRole Setup { get; init; }

    public bool HasSetup { get; init; }

    public bool HasRtcpMux { get; init; }

    /// <summary>The port of a=rtcp (RFC 3605); null: the next one.</summary>
    public int? RtcpPort { get; init; }

    /// <summary>Milliseconds of audio in a packet that the author would like, and takes at most (RFC 8866 sections 6.4 and 6.5).</summary>
    public int PacketTime { get; init; } = 20;

    /// <summary>The values of a=crypto (RFC 4568).</summary>
    public ImmutableArray<string> Crypto { get; init; } = [];

    /// <summary>What a=rtcp-fb names for any format (RFC 4585 section 4.2), such as "nack pli".</summary>
    public ImmutableArray<string> Feedback { get; init; } = [];

    /// <summary>Audio or video over RTP, in any of its profiles.</summary>
    public bool IsRtp => Kind is "audio" or "video" && Protocol.Contains("RTP/", StringComparison.Ordinal);

    /// <summary>
    /// Port 0: refused, or not offered any more (RFC 3264 sections 6 and 8.2). A group of hosts is nobody that a call is with (section 5.2),
    /// and packets to it would reach everybody.
    /// </summary>
    public bool IsRefused => Port == 0 || IsOfManyHosts;

    private bool IsOfManyHosts => IPAddress.TryParse(Address, out var address)
        && (address.IsIPv6Multicast || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] is >= 224 and < 240 or 255));

    /// <summary>ICE and DTLS are spoken.</summary>
    public bool IsWebRtc => Ufrag is not null && !Fingerprints.IsEmpty;

    /// <summary>The profile asks for SRTP with its keys in the description.</summary>
    public bool IsSdes => Protocol is "RTP/SAVP" or "RTP/SAVPF" && !IsWebRtc;

    /// <summary>Port 9 (discard) without ICE: the author is still to come, and nothing is to be sent there.</summary>
    public bool IsNowhere => Port is 9 && !IsWebRtc;
}
