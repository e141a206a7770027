using System.Buffers;
using System.Buffers.Text;

namespace Gateway.Sip.Messages;

/// <summary>What stands at the front of a stream.</summary>
public enum SipFrameKind
{
    /// <summary>More bytes are needed; nothing was consumed.</summary>
    Incomplete,

    /// <summary>A whole message.</summary>
    Message,

    /// <summary>A single line end: the pong of RFC 5626 section 4.4.1, or the first half of a ping.</summary>
    Pong,

    /// <summary>The second line end in a row: answer with a single CRLF (RFC 5626 section 4.4.1).</summary>
    Ping,

    /// <summary>Where the next message begins cannot be known any more: send the refusal if there is one, and close.</summary>
    Broken,
}

/// <summary>One step through a stream.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Bytes">The message, for <see cref="SipParser.Parse"/>; a copy, so that the buffer may be used again.</param>
/// <param name="Fault">Why the stream is broken.</param>
public readonly record struct SipFrame(SipFrameKind Kind, ReadOnlyMemory<byte> Bytes = default, SipParseFault? Fault = null);

/// <summary>
/// Cuts messages from a stream by Content-Length (RFC 3261 sections 18.3 and 20.14, MAPPING U-44). One for each connection.
/// </summary>
public sealed class SipStreamFramer
{
    private long _scanned;
    private int _expected;
    private bool _afterLineEnd;
    private SipParseFault? _fault;

    /// <summary>Takes the next frame off the front of <paramref name="buffer"/>; call again until it is incomplete or broken.</summary>
    public SipFrame Next(ref ReadOnlySequence<byte> buffer)
    {
        if (_fault is not null)
        {
            return new(SipFrameKind.Broken, Fault: _fault);
        }

        if (_expected == 0)
        {
            if (TryTakeLineEnd(ref buffer, out var frame))
            {
                return frame;
            }

            if (!TryFindHeaderEnd(buffer, out var headerLength))
            {
                return buffer.Length > SipLimits.HeaderSection ? Break(buffer, 513, "Message Too Large") : new(SipFrameKind.Incomplete);
            }

            var fault = Measure(buffer.Slice(0, headerLength).ToArray(), out var bodyLength);
            if (fault is not null)
            {
                return Break(buffer.Slice(0, headerLength), 400, fault);
            }

            if (headerLength + bodyLength > SipLimits.Message)
            {
                return Break(buffer.Slice(0, headerLength), 513, "Message Too Large");
            }

            _expected = (int)(headerLength + bodyLength);
        }

        if (buffer.Length < _expected)
        {
            return new(SipFrameKind.Incomplete);
        }

        var message = buffer.Slice(0, _expected).ToArray();
        buffer = buffer.Slice(_expected);
        _expected = 0;
        _scanned = 0;
        return new(SipFrameKind.Message, message);
    }

    private bool TryTakeLineEnd(ref ReadOnlySequence<byte> buffer, out SipFrame frame)
    {
        frame = default;
        Span<byte> front = stackalloc byte[2];
        var length = (int)Math.Min(2, buffer.Length);
        buffer.Slice(0, length).CopyTo(front);
        switch (front[..length])
        {
            case []:
            case [(byte)'\r']:
                frame = new(SipFrameKind.Incomplete);
                return true;
            case [(byte)'\r', (byte)'\n']:
                frame = new(_afterLineEnd ? SipFrameKind.Ping : SipFrameKind.Pong);
                _afterLineEnd = !_afterLineEnd;
                buffer = buffer.Slice(2);
                return true;
            default:
                _afterLineEnd = false;
                return false;
        }
    }

    private bool TryFindHeaderEnd(in ReadOnlySequence<byte> buffer, out long length)
    {
        var reader = new SequenceReader<byte>(buffer);
        reader.Advance(Math.Min(Math.Max(0, _scanned - 3), buffer.Length));
        if (reader.TryReadTo(out ReadOnlySequence<byte> _, "\r\n\r\n"u8))
        {
            length = reader.Consumed;
            return length <= SipLimits.HeaderSection;
        }

        _scanned = buffer.Length;
        length = 0;
        return false;
    }

    /// <summary>Reads Content-Length: on a stream it must be there, once, and be a number.</summary>
    private static string? Measure(ReadOnlyMemory<byte> header, out long bodyLength)
    {
        bodyLength = 0;
        var lineEnd = header.Span.IndexOf("\r\n"u8);
        Span<HeaderField> fields = stackalloc HeaderField[SipLimits.HeaderFields];
        var index = HeaderIndex.Read(ref header, lineEnd + 2, fields);
        var found = 0;
        foreach (ref readonly var field in fields[..index.Count])
        {
            if (field.Id == HeaderName.ContentLength)
            {
                var value = field.Value(header.Span);
                found++;
                if (value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                    || !Utf8Parser.TryParse(value, out uint number, out _))
                {
                    return "Malformed Content-Length";
                }

                bodyLength = number;
            }
        }

        // A header that could not be read may have been a Content-Length: the length is as good as unknown.
        return index.Fault ?? (found == 0 ? "Missing Content-Length" : null);
    }

    private SipFrame Break(in ReadOnlySequence<byte> message, int status, string phrase)
    {
        _fault = SipParser.Refuse(message.Slice(0, Math.Min(message.Length, SipLimits.HeaderSection)).ToArray(), status, phrase);
        return new(SipFrameKind.Broken, Fault: _fault);
    }
}
