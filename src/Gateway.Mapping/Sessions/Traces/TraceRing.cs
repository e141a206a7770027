using System.Text;

namespace Gateway.Mapping.Sessions.Traces;

/// <summary>
/// The last messages of all sessions, within a fixed amount of memory: the oldest go first. All text lies in one block, so what is
/// kept of a call costs the garbage collector nothing.
/// </summary>
internal sealed class TraceRing(int capacity)
{
    /// <summary>What an entry costs beside its text.</summary>
    private const int Overhead = 64;

    private readonly Queue<Entry> _entries = new();
    private readonly Lock _gate = new();
    private byte[]? _text;
    private long _size;
    private int _end;

    /// <summary>Takes one in, and forgets as many old ones as it needs. What is larger than all of the memory is not kept.</summary>
    /// <param name="at">When.</param>
    /// <param name="protocol">Which side.</param>
    /// <param name="isSent">By us.</param>
    /// <param name="key">The sid of a stanza, the Call-ID of a SIP message; UTF-8.</param>
    /// <param name="content">UTF-8, secrets still in it.</param>
    public void Add(DateTimeOffset at, SessionTraceProtocol protocol, bool isSent, ReadOnlySpan<byte> key, ReadOnlySpan<byte> content)
    {
        var size = Overhead + key.Length + content.Length;
        if (size > capacity)
        {
            return;
        }

        lock (_gate)
        {
            while (_size + size > capacity && _entries.TryDequeue(out var oldest))
            {
                _size -= Overhead + oldest.KeyLength + oldest.Length;
            }

            _size += size;
            _entries.Enqueue(new Entry(at, protocol, isSent, _end, key.Length, content.Length));
            Put(key);
            Put(content);
        }
    }

    /// <summary>Those of a session, in the order of the wire.</summary>
    /// <param name="sid">Key of its stanzas, if it has them.</param>
    /// <param name="callId">Key of its SIP messages, if it has them.</param>
    public IReadOnlyList<TracedMessage> Of(string? sid, string? callId)
    {
        var (xmpp, sip) = (Octets(sid), Octets(callId));
        lock (_gate)
        {
            return
            [
                .. _entries.Where(entry => IsOf(entry, entry.Protocol == SessionTraceProtocol.Sip ? sip : xmpp)).Select(entry =>
                    new TracedMessage(entry.At, entry.Protocol, entry.IsSent, Encoding.UTF8.GetString(Get(entry.Start + entry.KeyLength, entry.Length)))),
            ];
        }
    }

    private static byte[]? Octets(string? key) => key is null ? null : Encoding.UTF8.GetBytes(key);

    private bool IsOf(Entry entry, byte[]? key) =>
        key?.Length == entry.KeyLength && Get(entry.Start, entry.KeyLength).AsSpan().SequenceEqual(key);

    private void Put(ReadOnlySpan<byte> octets)
    {
        _text ??= new byte[capacity];
        var first = Math.Min(octets.Length, _text.Length - _end);
        octets[..first].CopyTo(_text.AsSpan(_end));
        octets[first..].CopyTo(_text);
        _end = (_end + octets.Length) % _text.Length;
    }

    private byte[] Get(int start, int length)
    {
        var octets = new byte[length];
        start %= _text!.Length;
        var first = Math.Min(length, _text.Length - start);
        _text.AsSpan(start, first).CopyTo(octets);
        _text.AsSpan(0, length - first).CopyTo(octets.AsSpan(first));
        return octets;
    }

    /// <summary>Where a message lies: its key, then its content, perhaps round the end of the block.</summary>
    private readonly record struct Entry(
        DateTimeOffset At, SessionTraceProtocol Protocol, bool IsSent, int Start, int KeyLength, int Length);
}

/// <summary>One message as it was.</summary>
/// <param name="At">When.</param>
/// <param name="Protocol">Which side.</param>
/// <param name="IsSent">By us.</param>
/// <param name="Content">Its text, secrets still in it.</param>
internal sealed record TracedMessage(DateTimeOffset At, SessionTraceProtocol Protocol, bool IsSent, string Content);
