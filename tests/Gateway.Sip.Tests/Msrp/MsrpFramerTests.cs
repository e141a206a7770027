using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Msrp;
using Gateway.Sip.Msrp.Wire;

namespace Gateway.Sip.Tests.Msrp;

public sealed class MsrpFramerTests
{
    private const string Paths = "To-Path: msrp://b:2/bob;tcp\r\nFrom-Path: msrp://a:1/alice;tcp\r\n";

    private const string Send = "MSRP a786hjs2 SEND\r\n" + Paths + "Message-ID: 87652491\r\nByte-Range: 1-25/25\r\nContent-Type: text/plain\r\n\r\n";

    /// <summary>Frames of a stream that arrives in pieces, bodies put together: heads, texts and flags in order.</summary>
    private static List<string> Frames(byte[] stream, int piece, out MsrpFramer framer)
    {
        framer = new MsrpFramer();
        var frames = new List<string>();
        var pending = new List<byte>();
        var body = new List<byte>();
        for (var at = 0; at < stream.Length; at += piece)
        {
            pending.AddRange(stream.AsSpan(at, Math.Min(piece, stream.Length - at)).ToArray());
            ReadOnlySpan<byte> rest = pending.ToArray();
            MsrpFrameKind kind;
            while ((kind = framer.Next(ref rest, out var data)) is not (MsrpFrameKind.Incomplete or MsrpFrameKind.Broken))
            {
                switch (kind)
                {
                    case MsrpFrameKind.Head:
                        frames.Add($"{framer.Head.Method} {framer.Head.TransactionId}");
                        body.Clear();
                        break;
                    case MsrpFrameKind.Data:
                        body.AddRange(data);
                        break;
                    default:
                        frames.Add($"{(framer.Head.HasBody ? Encoding.UTF8.GetString(body.ToArray()) : "-")} {(char)framer.Flag}");
                        break;
                }
            }

            if (kind == MsrpFrameKind.Broken)
            {
                frames.Add("broken: " + framer.Fault);
                return frames;
            }

            pending = [.. rest.ToArray()];
            Assert.True(pending.Count <= MsrpLimits.HeaderSection + 64);
        }

        return frames;
    }

    private static List<string> Frames(string stream, int piece = 100_000) => Frames(Encoding.UTF8.GetBytes(stream), piece, out _);

    [Theory] // RFC 4975 sections 5.1 and 7.1
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100_000)]
    public void Requests_and_responses_are_cut_however_they_arrive(int piece)
    {
        var stream = Send + "Hey Bob, are you there?\r\n-------a786hjs2$\r\n"
            + "MSRP a786hjs2 200 OK\r\n" + Paths + "-------a786hjs2$\r\n"
            + "\r\n" // keep-alive
            + "MSRP dkei38sd SEND\r\n" + Paths + "Message-ID: 4564dpWd\r\nByte-Range: 1-*/8\r\nContent-Type: text/plain\r\n\r\nabcd\r\n-------dkei38sd+\r\n"
            + "MSRP dkei38ia SEND\r\n" + Paths + "Message-ID: 4564dpWd\r\n-------dkei38ia#\r\n"
            + "MSRP f8ei38ia REPORT\r\n" + Paths + "Message-ID: 4564dpWd\r\nStatus: 000 200 OK\r\n-------f8ei38ia$\r\n";

        Assert.Equal(
            ["Send a786hjs2", "Hey Bob, are you there? $", "None a786hjs2", "- $", "Send dkei38sd", "abcd +", "Send dkei38ia", "- #", "Report f8ei38ia", "- $"],
            Frames(stream, piece));
    }

    [Theory] // RFC 4975 section 7.1: only the whole end-line ends a body
    [InlineData("-------a786hjs2")]
    [InlineData("\r\n-------a786hjs2!")]
    [InlineData("\r\n-------a786hjs2$ ")]
    [InlineData("x-------a786hjs2$\r\n")]
    [InlineData("\r\n-------a786hjs3$\r\n")]
    [InlineData("\r\n------\r\n-------\r\n\r\n")]
    [InlineData("")]
    [InlineData("\r\n")]
    public void What_only_looks_like_the_end_line_is_body(string body)
    {
        foreach (var piece in new[] { 1, 5, 100_000 })
        {
            Assert.Equal(["Send a786hjs2", body + " $"], Frames(Send + body + "\r\n-------a786hjs2$\r\n", piece));
        }
    }

    [Fact] // some peers write an empty body without a line end of its own
    public void An_empty_body_without_its_line_end_is_an_empty_body() =>
        Assert.Equal(["Send a786hjs2", " $"], Frames(Send + "-------a786hjs2$\r\n", 1));

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\0\0\0\0\0\0")]
    [InlineData("MSRP abc SEND\r\n")]
    [InlineData("MSRP -abcd SEND\r\n")]
    [InlineData("MSRP abcd\r\n")]
    [InlineData("MSRP 123456789012345678901234567890123 SEND\r\n")]
    [InlineData("MSRP abcd send\r\n-------abcd$\r\n")]
    [InlineData("MSRP abcd SEND\r\n-------abcd$\r\n")]
    [InlineData("MSRP abcd SEND\r\nTo-Path: msrp://b:2/bob;tcp\r\n-------abcd$\r\n")]
    [InlineData("MSRP abcd SEND\r\nTo-Path: x\r\nFrom-Path: msrp://b:2/bob;tcp\r\n-------abcd$\r\n")]
    [InlineData("MSRP abcd 20 OK\r\n")]
    [InlineData("MSRP ab\tcd SEND\r\n")]
    public void A_stream_that_cannot_be_answered_is_broken(string stream)
    {
        foreach (var piece in new[] { 1, 100_000 })
        {
            Assert.StartsWith("broken", Frames(stream + "\r\n", piece)[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_header_section_without_end_is_broken_at_the_limit()
    {
        var endless = "MSRP a786hjs2 SEND\r\n" + string.Concat(Enumerable.Repeat("X-A: b\r\n", MsrpLimits.HeaderSection / 8 + 1));

        Assert.Equal("broken: the header section is too long", Frames(endless, 7)[^1]);
        Assert.Equal("broken: the header section is too long", Frames("MSRP a786hjs2 SEND\r\nX: " + new string('y', 9000), 1000)[^1]);
    }

    [Theory] // readable, but wrong: to be answered 400
    [InlineData(Paths + Paths, "two To-Paths")]
    [InlineData(Paths + "Message-ID: 87652491\r\nMessage-ID: 87652492\r\n", "a malformed or second Message-ID")]
    [InlineData(Paths + "Message-ID: x\r\n", "a malformed or second Message-ID")]
    [InlineData(Paths + "Message-ID: 87652491\r\nByte-Range: 5-2/9\r\n", "a malformed or second Byte-Range")]
    [InlineData(Paths + "Message-ID: 87652491\r\nSuccess-Report: maybe\r\n", "a malformed or second Success-Report")]
    [InlineData(Paths + "Message-ID: 87652491\r\nFailure-Report: yes\r\nFailure-Report: no\r\n", "a malformed or second Failure-Report")]
    [InlineData(Paths + "Message-ID: 87652491\r\n folded\r\n", "a malformed header field")]
    [InlineData(Paths + "Message-ID: 87652491\r\nContent-Type: text/plain\r\n", "Content-Type without a body")]
    [InlineData(Paths, "no Message-ID")]
    public void A_request_that_is_wrong_but_readable_has_a_fault(string headers, string fault)
    {
        Frames(Encoding.UTF8.GetBytes("MSRP a786hjs2 SEND\r\n" + headers + "-------a786hjs2$\r\n"), 100_000, out var framer);

        Assert.Equal(fault, framer.Head.Fault);
    }

    [Fact] // RFC 7573 example 5 has them the other way round
    public void Paths_are_read_in_either_order()
    {
        var headers = "From-Path: msrp://a:1/alice;tcp\r\nTo-Path: msrp://b:2/bob;tcp\r\nMessage-ID: 87652491\r\nSuccess-Report: yes\r\n"
            + "Failure-Report: partial\r\nX-Other: é\r\n";
        Frames(Encoding.UTF8.GetBytes("MSRP a786hjs2 SEND\r\n" + headers + "-------a786hjs2$\r\n"), 100_000, out var framer);

        Assert.Null(framer.Head.Fault);
        Assert.Equal(("a", "b"), (framer.Head.FromPath.Last.Host, framer.Head.ToPath.Last.Host));
        Assert.True(framer.Head.SuccessReport);
        Assert.Equal(MsrpFailureReport.Partial, framer.Head.FailureReport);
        Assert.Equal<MsrpHeader>([new("X-Other", "é")], framer.Head.Headers);
    }

    [Fact]
    public void No_stream_makes_it_throw_or_keep_more_than_a_header_section() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(
            Gen.OneOf(
                Gen.Elements("MSRP ", "abcd", "SEND", "\r\n", "\r", "\n", "-------", "-------abcd$", "To-Path: ", "msrp://a:1/b;tcp", ":", " ", "200",
                    "Content-Type: a/b", "Byte-Range: 1-*/*", "\0", "é", "-------abcd+\r\n", Paths, "MSRP abcd SEND\r\n" + Paths)
                    .ListOf().Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))),
                ArbMap.Default.GeneratorFor<byte[]>().Where(b => b is not null)).ToArbitrary(),
            Gen.Choose(1, 40).ToArbitrary(),
            (stream, piece) => Frames(stream, piece, out _).Count >= 0));

    [Fact] // RFC 4975 section 7.1
    public void Whatever_is_written_is_read_as_it_was() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
            Gen.Elements("\r\n", "-------", "abcd", "$", "+", "-", "é", "", "x", "-------abcd$\r\n").ListOf().Select(p => string.Concat(p)).ToArbitrary(),
            Gen.Choose(1, 50).ToArbitrary(),
            (body, piece) =>
            {
                var message = new MsrpOutgoingMessage { ContentType = "text/plain", Body = Encoding.UTF8.GetBytes(body), SuccessReport = true };
                var queue = new OctetQueue();
                MsrpWriter.SendHead(queue, "abcd1234", "msrp://b:2/bob;tcp", "msrp://a:1/alice;tcp", message, new MsrpByteRange(1, null, null));
                queue.Append(message.Body.Span);
                MsrpWriter.EndBody(queue, "abcd1234", MsrpFlag.Last);
                var written = new byte[queue.Length];
                queue.MoveTo(written);

                var frames = Frames(written, piece, out var framer);

                return frames.SequenceEqual(["Send abcd1234", body + " $"])
                    && framer.Head is { Fault: null, SuccessReport: true } && framer.Head.MessageId == message.MessageId;
            }));
}
