using System.Buffers.Binary;
using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Ice;

/// <summary>What the parts of one agent share: its bases, its role, and the ways out.</summary>
internal sealed class IceContext(IceAgentOptions options, IIceOutput output)
{
    /// <summary>Letters and digits: a subset of ice-char (RFC 8839 section 5.4) that survives every client. 64 of them, two twice.</summary>
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Aa";

    public IceAgentOptions Options => options;

    public IIceOutput Output => output;

    public IceMetrics? Metrics => options.Metrics;

    public List<IceBase> Bases { get; } = [];

    public IceRole Role { get; set; } = options.Role;

    /// <summary>Decides who keeps the role when both claim it (RFC 8445 section 7.3.1.1).</summary>
    public ulong TieBreaker { get; private set; }

    /// <summary>When the next new check may be sent (RFC 8445 section 14.2).</summary>
    public long NextCheckAt { get; set; } = long.MinValue;

    /// <summary>The role is another now, and with it every pair's priority.</summary>
    public Action? RoleChanged { get; set; }

    public void NewTieBreaker() => TieBreaker = RandomNumber();

    /// <summary>Section 7.2.5.1: the other role, and a new tie-breaker when a 487 made it so.</summary>
    public void SwitchRole(bool refused)
    {
        Role = Role == IceRole.Controlling ? IceRole.Controlled : IceRole.Controlling;
        Metrics?.Conflict();
        if (refused)
        {
            NewTieBreaker();
        }

        RoleChanged?.Invoke();
    }

    public IceBase? Base(int index)
    {
        foreach (var candidate in Bases)
        {
            if (candidate.Index == index)
            {
                return candidate;
            }
        }

        return null;
    }

    public string RandomText(int length)
    {
        Span<byte> octets = stackalloc byte[32];
        options.Random(octets[..length]);
        Span<char> text = stackalloc char[32];
        for (var i = 0; i < length; i++)
        {
            text[i] = Alphabet[octets[i] & 63];
        }

        return new string(text[..length]);
    }

    public StunTransactionId NewTransactionId()
    {
        Span<byte> octets = stackalloc byte[StunFormat.TransactionIdLength];
        options.Random(octets);
        return StunTransactionId.Read(octets);
    }

    /// <summary>A whole number from 0 up to, not including, <paramref name="below"/>.</summary>
    public long RandomBelow(long below) => (long)(RandomNumber() % (ulong)below);

    public void Send(IceBase from, ReadOnlySpan<byte> datagram, in PeerAddress to) => output.SendStun(from.Index, datagram, to);

    private ulong RandomNumber()
    {
        Span<byte> octets = stackalloc byte[8];
        options.Random(octets);
        return BinaryPrimitives.ReadUInt64BigEndian(octets);
    }
}
