using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>
/// Builds messages, header fields in the order given. Names and values that would break out of their line are refused;
/// Content-Length is written last and always. Not to be shared between threads.
/// </summary>
public sealed class SipMessageBuilder
{
    private readonly List<Entry> _entries;
    private SipMethod _method;
    private SipUri? _requestUri;
    private int _status;
    private string _phrase = "";
    private ReadOnlyMemory<byte> _body;

    /// <param name="fields">How many there will be, most of the time.</param>
    private SipMessageBuilder(int fields = 16) => _entries = new(fields);

    /// <summary>An empty request. Headers of the URI, such as a Contact may have, do not belong into a Request-URI and are
    /// left out (RFC 3261 section 19.1.1, table 1).</summary>
    public static SipMessageBuilder Request(SipMethod method, SipUri requestUri)
    {
        ArgumentNullException.ThrowIfNull(requestUri);
        return new() { _method = method, _requestUri = requestUri.Headers is null ? requestUri : requestUri with { Headers = null } };
    }

    /// <summary>
    /// A response with Via, From, To, Call-ID and CSeq of the request, byte for byte (RFC 3261 section 8.2.6.2); also
    /// Timestamp in a 100 and Record-Route in a 101 to 299 (sections 8.2.6.1, 12.1.1).
    /// </summary>
    /// <param name="request">What is answered.</param>
    /// <param name="status">Status code.</param>
    /// <param name="phrase">Reason phrase; default: the usual one. Control characters are dropped.</param>
    /// <param name="toTag">Tag for To when it has none; not for 100.</param>
    public static SipMessageBuilder Response(SipRequest request, int status, string? phrase = null, string? toTag = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        var builder = new SipMessageBuilder(fields: 8) { _status = status, _phrase = SipSyntax.WithoutControls(phrase ?? SipPhrases.Of(status)) };
        builder.CopyFrom(request, SipHeaders.Via, SipHeaders.From, SipHeaders.To, SipHeaders.CallId, SipHeaders.CSeq);
        if (status == 100)
        {
            return builder.CopyFrom(request, SipHeaders.Timestamp);
        }

        if (status < 300 && request.To.Tag is null)
        {
            builder.CopyFrom(request, SipHeaders.RecordRoute);
        }

        return toTag is null ? builder
            : request.KnownTo is not { } to ? builder.ToTag(toTag) // what is refused may not be readable
            : to.Tag is null ? builder.Tagged(toTag)
            : builder;
    }

    /// <summary>Start line, header fields and body of another message.</summary>
    public static SipMessageBuilder Copy(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var builder = message switch
        {
            SipRequest request => new SipMessageBuilder { _method = request.Method, _requestUri = request.RequestUri },
            SipResponse response => new SipMessageBuilder { _status = response.Status, _phrase = response.Phrase },
            _ => throw new ArgumentException("Neither request nor response.", nameof(message)),
        };
        foreach (var field in message.Fields)
        {
            if (field.Id != HeaderName.ContentLength)
            {
                builder._entries.Add(new(message.NameOf(field), field.Id, null, message.ValueOf(field)));
            }
        }

        builder._body = message.Body;
        return builder;
    }

    /// <summary>Adds a field at the end. Content-Length is ignored: it follows from the body.</summary>
    /// <exception cref="ArgumentException">The name is no token, or the value holds a control character.</exception>
    public SipMessageBuilder Add(string name, string value)
    {
        var entry = Checked(name, value);
        if (entry.Id != HeaderName.ContentLength)
        {
            _entries.Add(entry);
        }

        return this;
    }

    /// <summary>Adds an address at the end.</summary>
    public SipMessageBuilder Add(string name, NameAddr value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Add(name, value.ToString());
    }

    /// <summary>Adds a number at the end.</summary>
    public SipMessageBuilder Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Puts a field in the place of the first of its name, and takes the others off; at the end when there is none.</summary>
    /// <exception cref="ArgumentException">The name is no token, or the value holds a control character.</exception>
    public SipMessageBuilder Set(string name, string value)
    {
        var entry = Checked(name, value);
        var at = _entries.FindIndex(e => e.Is(entry));
        Remove(name);
        _entries.Insert(at < 0 ? _entries.Count : at, entry);
        return this;
    }

    /// <summary>Takes all fields of this name off.</summary>
    public SipMessageBuilder Remove(string name)
    {
        var id = HeaderName.Of(name);
        _entries.RemoveAll(e => e.Id == id && (id != HeaderName.Unknown || e.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
        return this;
    }

    /// <summary>Copies all fields of these names, values byte for byte.</summary>
    public SipMessageBuilder CopyFrom(SipMessage message, params ReadOnlySpan<string> names)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (var name in names)
        {
            var id = HeaderName.Of(name);
            foreach (var field in message.Fields)
            {
                if (message.Matches(field, id, name))
                {
                    _entries.Add(new(message.NameOf(field), field.Id, null, message.ValueOf(field)));
                }
            }
        }

        return this;
    }

    /// <summary>Puts another Via above the others.</summary>
    public SipMessageBuilder PushVia(SipVia via)
    {
        ArgumentNullException.ThrowIfNull(via);
        var at = _entries.FindIndex(e => e.Id == HeaderName.Via);
        _entries.Insert(Math.Max(at, 0), Checked(SipHeaders.Via, via.ToString()));
        return this;
    }

    /// <summary>Replaces the topmost Via value, keeping those below it.</summary>
    public SipMessageBuilder TopVia(SipVia via)
    {
        ArgumentNullException.ThrowIfNull(via);
        var at = _entries.FindIndex(e => e.Id == HeaderName.Via);
        if (at < 0)
        {
            return PushVia(via);
        }

        var old = _entries[at].Bytes();
        var comma = SipSyntax.IndexOfOutside(old.Span, (byte)',');
        _entries[at] = new(
            SipHeaders.Via, HeaderName.Via, null, Joined(Checked(SipHeaders.Via, via.ToString()).Bytes(), comma < 0 ? default : old[comma..]));
        return this;
    }

    /// <summary>Adds a tag to To unless it has one.</summary>
    public SipMessageBuilder ToTag(string tag)
    {
        var at = _entries.FindIndex(e => e.Id == HeaderName.To);
        return at >= 0 && NameAddr.TryParse(_entries[at].Bytes().Span, out var to) && to.Tag is not null ? this : Tagged(tag);
    }

    private SipMessageBuilder Tagged(string tag)
    {
        if (!SipSyntax.IsToken(tag))
        {
            throw new ArgumentException("A tag is a token.", nameof(tag));
        }

        var at = _entries.FindIndex(e => e.Id == HeaderName.To);
        if (at >= 0)
        {
            _entries[at] = new(SipHeaders.To, HeaderName.To, null, Joined(_entries[at].Bytes(), Encoding.ASCII.GetBytes(";tag=" + tag)));
        }

        return this;
    }

    /// <summary>Sets body and Content-Type; a null type removes both.</summary>
    public SipMessageBuilder Body(string? contentType, ReadOnlyMemory<byte> body)
    {
        Remove(SipHeaders.ContentType);
        _body = contentType is null ? default : body;
        return contentType is null ? this : Add(SipHeaders.ContentType, contentType);
    }

    /// <summary>Sets body and Content-Type, the text as UTF-8.</summary>
    public SipMessageBuilder Body(string contentType, string body) => Body(contentType, Encoding.UTF8.GetBytes(body));

    /// <summary>The request.</summary>
    /// <exception cref="InvalidOperationException">A response was begun.</exception>
    public SipRequest BuildRequest()
    {
        var uri = _requestUri ?? throw new InvalidOperationException("A response was begun, not a request.");
        var raw = Write($"{_method.Name} {CheckedUri(uri)} SIP/2.0\r\n", out var fields, out var bodyStart);
        return new SipRequest(raw, fields, bodyStart, _body.Length, _method, uri);
    }

    /// <summary>The response.</summary>
    /// <exception cref="InvalidOperationException">A request was begun.</exception>
    public SipResponse BuildResponse()
    {
        if (_status == 0)
        {
            throw new InvalidOperationException("A request was begun, not a response.");
        }

        var line = string.Create(CultureInfo.InvariantCulture, $"SIP/2.0 {_status} {_phrase}\r\n");
        var raw = Write(line, out var fields, out var bodyStart);
        return new SipResponse(raw, fields, bodyStart, _body.Length, _status, _phrase);
    }

    private byte[] Write(string startLine, out HeaderField[] fields, out int bodyStart)
    {
        var length = new Entry(
            SipHeaders.ContentLength, HeaderName.ContentLength, _body.Length.ToString(CultureInfo.InvariantCulture), default);
        var size = Encoding.UTF8.GetByteCount(startLine) + length.Size + 2 + _body.Length;
        foreach (var entry in _entries)
        {
            size += entry.Size;
        }

        if (size > SipLimits.Written || _entries.Count >= 2 * SipLimits.HeaderFields)
        {
            throw new InvalidOperationException("The message is larger than any SIP message may be.");
        }

        var bytes = new byte[size];
        fields = new HeaderField[_entries.Count + 1];
        var at = Encoding.UTF8.GetBytes(startLine, bytes);
        for (var i = 0; i < fields.Length; i++)
        {
            at = (i < _entries.Count ? _entries[i] : length).WriteTo(bytes, at, out fields[i]);
        }

        "\r\n"u8.CopyTo(bytes.AsSpan(at));
        bodyStart = at + 2;
        _body.Span.CopyTo(bytes.AsSpan(bodyStart));
        return bytes;
    }

    private static byte[] Joined(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) => [.. first.Span, .. second.Span];

    private static string CheckedUri(SipUri uri)
    {
        var text = uri.ToString();
        return text.AsSpan().ContainsAny(' ', '<', '>') || SipSyntax.BreaksLine(text)
            ? throw new InvalidOperationException("The Request-URI holds a blank, bracket or control character.")
            : text;
    }

    private static Entry Checked(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!SipSyntax.IsToken(name))
        {
            throw new ArgumentException("A header name is a token.", nameof(name));
        }

        return SipSyntax.BreaksLine(value)
            ? throw new ArgumentException("A header value holds no control characters.", nameof(value))
            : new Entry(name, HeaderName.Of(name), value.Trim(), default);
    }

    /// <summary>One field to write: text, or bytes taken over from another message.</summary>
    private readonly record struct Entry(string Name, byte Id, string? Text, ReadOnlyMemory<byte> Raw)
    {
        internal int Size => Name.Length + 4 + (Text is null ? Raw.Length : Encoding.UTF8.GetByteCount(Text));

        internal bool Is(Entry other) => Id == other.Id
            && (Id != HeaderName.Unknown || Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase));

        internal ReadOnlyMemory<byte> Bytes() => Text is null ? Raw : Encoding.UTF8.GetBytes(Text);

        internal int WriteTo(Span<byte> message, int at, out HeaderField field)
        {
            var nameLength = Encoding.ASCII.GetBytes(Name, message[at..]);
            var valueStart = at + nameLength + 2;
            ": "u8.CopyTo(message[(at + nameLength)..]);
            int valueLength;
            if (Text is null)
            {
                Raw.Span.CopyTo(message[valueStart..]);
                valueLength = Raw.Length;
            }
            else
            {
                valueLength = Encoding.UTF8.GetBytes(Text, message[valueStart..]);
            }

            "\r\n"u8.CopyTo(message[(valueStart + valueLength)..]);
            field = new(Id, (ushort)at, (byte)nameLength, (ushort)valueStart, (ushort)valueLength);
            return valueStart + valueLength + 2;
        }
    }
}
