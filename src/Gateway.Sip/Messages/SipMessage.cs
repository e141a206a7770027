using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>
/// A request or response: its bytes, and an index of its header fields. Immutable; typed headers are read when first
/// asked for. A message that <see cref="SipParser"/> gave, or that a builder made complete, has Via, From, To, Call-ID
/// and CSeq.
/// </summary>
public abstract class SipMessage
{
    private readonly HeaderField[] _fields;
    private readonly int _bodyStart;
    private readonly int _bodyLength;
    private SipVia? _topVia;
    private NameAddr? _from;
    private NameAddr? _to;
    private string? _callId;
    private CSeq _cseq;

    private protected SipMessage(ReadOnlyMemory<byte> raw, HeaderField[] fields, int bodyStart, int bodyLength)
    {
        Raw = raw;
        _fields = fields;
        _bodyStart = bodyStart;
        _bodyLength = bodyLength;
    }

    /// <summary>The wire form, start line to body. Folded lines (RFC 3261 section 7.3.1) have become blanks.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The body, as long as Content-Length says.</summary>
    public ReadOnlyMemory<byte> Body => Raw.Slice(_bodyStart, _bodyLength);

    /// <summary>Call-ID, compared byte by byte.</summary>
    public string CallId => _callId ??= Encoding.UTF8.GetString(Required(HeaderName.CallId));

    /// <summary>CSeq.</summary>
    public CSeq CSeq => _cseq != default ? _cseq
        : CSeq.TryParse(Required(HeaderName.CSeq), out var cseq) ? cseq // not kept: two words are not written at once
        : throw Malformed(HeaderName.CSeq);

    /// <summary>From.</summary>
    public NameAddr From => _from ??= NameAddr.TryParse(Required(HeaderName.From), out var from) ? from : throw Malformed(HeaderName.From);

    /// <summary>To.</summary>
    public NameAddr To => _to ??= NameAddr.TryParse(Required(HeaderName.To), out var to) ? to : throw Malformed(HeaderName.To);

    /// <summary>To, once it has been read.</summary>
    internal NameAddr? KnownTo => _to;

    /// <summary>The topmost Via: where a response goes, whose transaction it is.</summary>
    public SipVia TopVia => _topVia ??= TryReadTopVia(isLenient: false, out var via) ? via : throw Malformed(HeaderName.Via);

    /// <summary>All Via values, top first; the first malformed one and those below it are left out.</summary>
    public IEnumerable<SipVia> Vias
    {
        get
        {
            foreach (var value in RawValues(HeaderName.Via, SipHeaders.Via))
            {
                if (!SipVia.TryParse(value.Span, out var via))
                {
                    yield break;
                }

                yield return via;
            }
        }
    }

    /// <summary>The first Contact; null when absent, malformed or <c>*</c>.</summary>
    public NameAddr? Contact => TryAddresses(SipHeaders.Contact, out var contacts) && contacts is [var first, ..] ? first : null;

    /// <summary>Max-Forwards, null when absent.</summary>
    public int? MaxForwards => (int?)Number(SipHeaders.MaxForwards);

    /// <summary>Expires in seconds, null when absent.</summary>
    public uint? Expires => Number(SipHeaders.Expires);

    /// <summary>The media type of the body in lower case without parameters, such as <c>application/sdp</c>; null when absent.</summary>
    public string? ContentType => Header(SipHeaders.ContentType) is { } value ? SipMediaType.Of(value) : null;

    /// <summary>
    /// The session description in the body: the body itself, or the first application/sdp part of a multipart body
    /// (RFC 5621 section 3.1); null when there is none.
    /// </summary>
    public string? SessionDescription => FindSessionDescription() is { } part ? Encoding.UTF8.GetString(part.Span) : null;

    /// <summary>Whether there is one.</summary>
    public bool HasSessionDescription => FindSessionDescription() is not null;

    /// <summary>All header fields in order; compact names are spelled out, known names in their usual spelling.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers
    {
        get
        {
            foreach (var one in _fields)
            {
                yield return new(NameOf(one), SipSyntax.Text(one.Value(Raw.Span)));
            }
        }
    }

    /// <summary>Number of header fields.</summary>
    public int HeaderCount => _fields.Length;

    /// <summary>The value of the first field of this name, long or compact in any case; null when absent.</summary>
    public string? Header(string name) => TryFind(name, out var value) ? SipSyntax.Text(value) : null;

    /// <summary>Whether a field of this name is there.</summary>
    public bool HasHeader(string name) => TryFind(name, out _);

    /// <summary>The values of all fields of this name, split at commas where the grammar of the header allows a list.</summary>
    public IEnumerable<string> HeaderValues(string name)
    {
        foreach (var value in RawValues(HeaderName.Of(name), name))
        {
            yield return SipSyntax.Text(value.Span);
        }
    }

    /// <summary>Whether a list header (Require, Supported, Allow …) holds the token, in any case.</summary>
    public bool HasToken(string name, string token) =>
        HeaderValues(name).Any(value => value.Equals(token, StringComparison.OrdinalIgnoreCase));

    /// <summary>All values of a header that holds addresses: Contact, Route, Record-Route, P-Asserted-Identity.</summary>
    /// <returns>False when one is malformed or there are too many; true and none when the header is absent.</returns>
    public bool TryAddresses(string name, out ImmutableArray<NameAddr> addresses)
    {
        addresses = [];
        if (!HasHeader(name))
        {
            return true;
        }

        var found = ImmutableArray.CreateBuilder<NameAddr>();
        foreach (var value in RawValues(HeaderName.Of(name), name))
        {
            if (found.Count == SipLimits.Values || !NameAddr.TryParse(value.Span, out var address))
            {
                return false;
            }

            found.Add(address);
        }

        addresses = found.ToImmutable();
        return true;
    }

    /// <summary>A header that is a number, such as RSeq or Min-SE; parameters and comments after it are left out.</summary>
    public uint? Number(string name) => TryFind(name, out var value)
        && value is [>= (byte)'0' and <= (byte)'9', ..]
        && Utf8Parser.TryParse(value, out uint number, out _)
            ? number
            : null;

    /// <summary>The wire form as text, for logs and traces of one's own machine.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Raw.Span);

    /// <summary>This message was made of another with this Via on top: the rest need not be read again.</summary>
    private protected void Knows(SipMessage source, SipVia topVia) =>
        (_topVia, _from, _to, _callId, _cseq) = (topVia, source._from, source._to, source._callId, source._cseq);

    /// <summary>This Via stands on top of it.</summary>
    internal void Knows(SipVia topVia) => _topVia = topVia;

    internal ReadOnlySpan<HeaderField> Fields => _fields;

    internal string NameOf(HeaderField field) =>
        field.Id != HeaderName.Unknown ? HeaderName.Spelling(field.Id) : TextCache.Get(field.Name(Raw.Span));

    internal ReadOnlyMemory<byte> ValueOf(HeaderField field) => Raw.Slice(field.ValueStart, field.ValueLength);

    internal bool Matches(HeaderField field, byte id, string name) => field.Id == id
        && (id != HeaderName.Unknown || Ascii.EqualsIgnoreCase(field.Name(Raw.Span), name));

    /// <summary>Reads what every message needs; names the header that is missing or malformed.</summary>
    internal string? FindFault()
    {
        if (!TryFind(HeaderName.Via, out _) || !TryReadTopVia(isLenient: false, out _topVia))
        {
            return "Missing or Malformed Via";
        }

        if (!TryFind(HeaderName.From, out var from) || !NameAddr.TryParse(from, out _from))
        {
            return "Missing or Malformed From";
        }

        if (!TryFind(HeaderName.To, out var to) || !NameAddr.TryParse(to, out _to))
        {
            return "Missing or Malformed To";
        }

        if (!TryFind(HeaderName.CallId, out var callId) || callId.IsEmpty || callId.ContainsAnyInRange((byte)0, (byte)' '))
        {
            return "Missing or Malformed Call-ID";
        }

        if (!TryFind(HeaderName.CSeq, out var cseq) || !CSeq.TryParse(cseq, out _cseq))
        {
            return "Missing or Malformed CSeq";
        }

        _callId = Encoding.UTF8.GetString(callId);
        return null;
    }

    internal bool TryFind(byte id, out ReadOnlySpan<byte> value)
    {
        foreach (ref readonly var field in _fields.AsSpan())
        {
            if (field.Id == id)
            {
                value = field.Value(Raw.Span);
                return true;
            }
        }

        value = default;
        return false;
    }

    internal bool TryReadTopVia(bool isLenient, [NotNullWhen(true)] out SipVia? via)
    {
        via = null;
        return TryFind(HeaderName.Via, out var rest)
            && SipSyntax.TryNextValue(ref rest, out var first)
            && SipVia.TryParse(first, isLenient, out via);
    }

    private ReadOnlyMemory<byte>? FindSessionDescription() => Header(SipHeaders.ContentType) is { } type
        ? MultipartBody.Find(SipMediaType.Of(type), type, Body, "application/sdp")
        : null;

    private bool TryFind(string name, out ReadOnlySpan<byte> value)
    {
        var id = HeaderName.Of(name);
        foreach (ref readonly var field in _fields.AsSpan())
        {
            if (Matches(field, id, name))
            {
                value = field.Value(Raw.Span);
                return true;
            }
        }

        value = default;
        return false;
    }

    private IEnumerable<ReadOnlyMemory<byte>> RawValues(byte id, string name)
    {
        foreach (var field in _fields)
        {
            if (!Matches(field, id, name))
            {
                continue;
            }

            var rest = ValueOf(field);
            while (HeaderName.IsList(id) && SipSyntax.IndexOfOutside(rest.Span, (byte)',') is >= 0 and var comma)
            {
                yield return Trim(rest[..comma]);
                rest = rest[(comma + 1)..];
            }

            yield return Trim(rest);
        }
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> value)
    {
        var start = value.Length - SipSyntax.TrimStart(value.Span).Length;
        return value.Slice(start, SipSyntax.Trim(value.Span).Length);
    }

    private ReadOnlySpan<byte> Required(byte id) => TryFind(id, out var value)
        ? value
        : throw new InvalidOperationException($"The message was built without {HeaderName.Spelling(id)}.");

    private static InvalidOperationException Malformed(byte id) =>
        new($"The message was built with a malformed {HeaderName.Spelling(id)}.");
}
