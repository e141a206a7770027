using System.Buffers;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Messages;

public sealed class SipStreamFramerTests
{
    private const string Head =
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\n"
        + "Call-ID: x\r\nCSeq: 1 OPTIONS\r\n";

    private static (List<SipFrameKind> Kinds, List<string> Messages, SipParseFault? Fault) Frames(string stream, int chunk)
    {
        var framer = new SipStreamFramer();
        var kinds = new List<SipFrameKind>();
        var messages = new List<string>();
        var bytes = Encoding.UTF8.GetBytes(stream);
        var pending = Array.Empty<byte>();
        for (var at = 0; at < bytes.Length; at += chunk)
        {
            // Two segments, so that every token is met across a seam.
            var first = new Segment(pending);
            var last = first.Append(bytes.AsMemory(at, Math.Min(chunk, bytes.Length - at)));
            var buffer = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
            while (true)
            {
                var frame = framer.Next(ref buffer);
                if (frame.Kind == SipFrameKind.Incomplete)
                {
                    break;
                }

                kinds.Add(frame.Kind);
                if (frame.Kind == SipFrameKind.Broken)
                {
                    return (kinds, messages, frame.Fault);
                }

                if (frame.Kind == SipFrameKind.Message)
                {
                    messages.Add(Encoding.UTF8.GetString(frame.Bytes.Span));
                }
            }

            pending = buffer.ToArray();
        }

        return (kinds, messages, null);
    }

    [Theory] // RFC 3261 section 18.3
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Messages_are_cut_by_their_length_however_they_arrive(int chunk)
    {
        var one = Head + "Content-Length: 0\r\n\r\n";
        var two = Head + "l :\r\n 5\r\nX: y\r\n\r\nab\r\n\r";

        var (kinds, messages, _) = Frames(one + two + "\r\n" + one, chunk);

        Assert.Equal([SipFrameKind.Message, SipFrameKind.Message, SipFrameKind.Pong, SipFrameKind.Message], kinds);
        Assert.Equal([one, two, one], messages);
    }

    [Theory] // RFC 5626 section 4.4.1
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Two_line_ends_between_messages_are_a_ping(int chunk) =>
        Assert.Equal([SipFrameKind.Pong, SipFrameKind.Ping], Frames("\r\n\r\n", chunk).Kinds);

    [Theory] // U-44; RFC 4475 sections 3.1.2.3, 3.3.9
    [InlineData("", "Missing Content-Length")]
    [InlineData("Content-Length: -1\r\n", "Malformed Content-Length")]
    [InlineData("Content-Length: five\r\n", "Malformed Content-Length")]
    [InlineData("Content-Length: 99999999999\r\n", "Malformed Content-Length")]
    [InlineData("Content-Length: 1\r\nContent-Length: 2\r\n", "Repeated Header")]
    [InlineData("Content-Length\r\n", "Malformed Header")]
    public void Stream_without_a_good_length_is_answered_400_and_over(string header, string phrase)
    {
        var (kinds, _, fault) = Frames(Head + header + "\r\n", 1000);

        Assert.Equal([SipFrameKind.Broken], kinds);
        Assert.Equal(400, fault!.Status);
        Assert.Equal(phrase, fault.Phrase);
        Assert.Equal("<sip:a@b>;tag=t", fault.ToResponse("t").Header("To"));
    }

    [Fact]
    public void Message_beyond_the_limit_is_answered_513_and_over()
    {
        var (_, _, fault) = Frames(Head + "Content-Length: 65000\r\nX: " + new string('x', 1000) + "\r\n\r\n", 512);

        Assert.Equal(513, fault!.Status);
        Assert.True(fault.CanRespond);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("X: y\r\n")]
    public void Header_that_never_ends_is_over_at_the_limit(string piece)
    {
        var (kinds, _, fault) = Frames(Head + string.Concat(Enumerable.Repeat(piece, 70_000)), 16_384);

        Assert.Equal([SipFrameKind.Broken], kinds);
        Assert.Equal(513, fault!.Status);
    }

    [Fact]
    public void Noise_is_over_without_an_answer()
    {
        var (kinds, _, fault) = Frames("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1000);

        Assert.Equal([SipFrameKind.Broken], kinds);
        Assert.False(fault!.CanRespond);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        internal Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
