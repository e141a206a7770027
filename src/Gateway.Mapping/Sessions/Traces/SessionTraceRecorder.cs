using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Gateway.Sip.Transports;
using Gateway.Xmpp.Component;

namespace Gateway.Mapping.Sessions.Traces;

/// <summary>
/// Listens on both wires and puts together what belongs to one session: stanzas by their sid, SIP messages by their Call-ID.
/// Memory is bounded; of a long session beside many others the beginning may be forgotten.
/// </summary>
public sealed class SessionTraceRecorder : IStanzaTap, ISipMessageTap, ISessionTraces
{
    /// <summary>Jingle requests that wait for their answer, which has no sid.</summary>
    private const int MaxOpenRequests = 4096;

    private readonly TimeProvider _time;
    private readonly TraceRing _ring;
    private readonly ConcurrentDictionary<(string Peer, string Id), string> _openRequests = new();

    /// <summary>Keeps at most <paramref name="octets"/> of messages.</summary>
    public SessionTraceRecorder(int octets, TimeProvider time)
    {
        _ring = new TraceRing(octets);
        _time = time;
    }

    /// <summary>Finds sessions by their ids; set once, before anybody reads.</summary>
    public ISessionDirectory? Directory { get; set; }

    /// <inheritdoc/>
    public void OnStanza(StanzaDirection direction, XElement stanza, ReadOnlySpan<byte> octets)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        if (SidOf(direction, stanza) is { } sid)
        {
            _ring.Add(
                _time.GetUtcNow(), SessionTraceProtocol.Xmpp, direction == StanzaDirection.Out, Encoding.UTF8.GetBytes(sid),
                octets.IsEmpty ? StanzaWriter.WriteShared(stanza) : octets);
        }
    }

    /// <inheritdoc/>
    public void OnMessage(SipDirection direction, SipTransportKind transport, IPEndPoint remote, ReadOnlyMemory<byte> message)
    {
        if (SipTraceText.CallId(message.Span) is { IsEmpty: false } callId)
        {
            _ring.Add(_time.GetUtcNow(), SessionTraceProtocol.Sip, direction == SipDirection.Sent, callId, message.Span);
        }
    }

    /// <inheritdoc/>
    public bool TryRead(string id, [NotNullWhen(true)] out IReadOnlyList<SessionTraceEntry>? entries)
    {
        entries = null;
        if (Directory is null || !Directory.TryFind(id, out var session))
        {
            return false;
        }

        entries = [.. _ring.Of(session.Thread, session.CallId).Select(Shown)];
        return true;
    }

    private static SessionTraceEntry Shown(TracedMessage message) => message.Protocol == SessionTraceProtocol.Sip
        ? new(message.At, message.Protocol, message.IsSent, SipTraceText.Summary(message.Content), SipTraceText.Redacted(message.Content))
        : Stanza(message, XElement.Parse(message.Content));

    private static SessionTraceEntry Stanza(TracedMessage message, XElement stanza) =>
        new(message.At, message.Protocol, message.IsSent, StanzaTraceText.Summary(stanza), StanzaTraceText.Redacted(stanza));

    private string? SidOf(StanzaDirection direction, XElement stanza)
    {
        var peer = (string?)stanza.Attribute(direction == StanzaDirection.Out ? "to" : "from") ?? "";
        var id = (string?)stanza.Attribute("id") ?? "";
        if (stanza.Name.LocalName == "iq" && (string?)stanza.Attribute("type") is "result" or "error")
        {
            return _openRequests.TryRemove((peer, id), out var asked) ? asked : null;
        }

        var sid = StanzaTraceText.Sid(stanza);
        if (sid is not null && stanza.Name.LocalName == "iq" && _openRequests.Count < MaxOpenRequests)
        {
            _openRequests[(peer, id)] = sid;
        }

        return sid;
    }
}
