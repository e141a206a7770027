using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Messages;

public sealed class ParserProperties
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(3000);

    private static readonly ImmutableArray<byte[]> Corpus =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Corpora"), "*.dat", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
    ];

    [Fact] // U-45
    public void No_bytes_make_the_parser_throw() =>
        Prop.ForAll(Noise.Bytes, bytes => UseEverything(SipParser.Parse(bytes))).Check(Many);

    [Fact] // U-45
    public void No_damaged_message_makes_the_parser_or_what_reads_its_result_throw() =>
        Prop.ForAll(Noise.Of(Corpus), bytes => UseEverything(SipParser.Parse(bytes))).Check(Many);

    [Fact]
    public void Parsed_message_is_built_again_with_the_same_headers_and_body() =>
        Prop.ForAll(Noise.Of(Corpus), bytes =>
        {
            if (SipParser.Parse(bytes).Message is not { } message)
            {
                return;
            }

            var builder = SipMessageBuilder.Copy(message);
            SipMessage built = message is SipRequest ? builder.BuildRequest() : builder.BuildResponse();
            var again = SipParser.Parse(built.Raw).Message;

            Assert.Equal(WithoutLength(message), WithoutLength(again!));
            Assert.Equal(message.Body.ToArray(), again!.Body.ToArray());
            Assert.Equal(message.From, again.From);
            Assert.Equal(message.TopVia, again.TopVia);
        }).Check(Many);

    [Fact]
    public void Any_user_text_goes_into_a_uri_and_comes_back() =>
        Prop.ForAll(Noise.Text.Filter(t => t.Length > 0), user =>
        {
            var uri = SipUri.Create(user, "example.org").WithParameter("p" + user, user);

            Assert.True(SipUri.TryParse(uri.ToString(), out var again));
            Assert.Equal(uri, again);
            Assert.Equal(user, again.User);
            Assert.Equal(user, again.Parameter(again.Parameters[0].Key));
        }).Check(Many);

    [Fact]
    public void Any_name_goes_into_an_address_and_comes_back_without_controls() =>
        Prop.ForAll(Noise.Text, Noise.Text, (name, parameter) =>
        {
            var address = new NameAddr(name, SipUri.Create("a", "b")).WithParameter("x", parameter);

            Assert.True(NameAddr.TryParse(address.ToString(), out var again));
            Assert.Equal(string.Concat(name.Where(c => !char.IsControl(c))), again.DisplayName ?? "");
            Assert.Equal(string.Concat(parameter.Where(c => !char.IsControl(c))), again.Parameter("x"));
        }).Check(Many);

    [Fact]
    public void Any_address_that_is_read_is_read_the_same_from_what_it_writes() =>
        Prop.ForAll(Noise.Of("\"A \\\" B\" <sip:a%41:p@[::1]:5;lr;x=%00?h=y>;tag=1;q=\"z,\""u8.ToArray(), "sip:a;b@h;tag=2"u8.ToArray()), bytes =>
        {
            if (NameAddr.TryParse(bytes, out var address))
            {
                // A literal that is not UTF-8 has no text to be written as.
                Assert.True(NameAddr.TryParse(address.ToString(), out var again) || address.ToString().Contains('\uFFFD'));
                Assert.True(again is null || address.Equals(again));
            }
        }).Check(Many);

    [Fact] // U-44
    public void Stream_is_cut_the_same_however_it_arrives_and_nothing_throws() =>
        Prop.ForAll(Noise.Of(Corpus), Noise.Of(Corpus), Gen.Choose(1, 2000).ToArbitrary(), (one, two, chunk) =>
        {
            byte[] stream = [.. one, .. two];

            Assert.Equal(Cut(stream, stream.Length), Cut(stream, chunk));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void No_challenge_makes_the_digest_client_throw() =>
        Prop.ForAll(
            Noise.Of("Digest realm=\"r\\\"\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=MD5-sess, opaque=\"o\", stale=true"u8.ToArray()),
            bytes =>
            {
                var request = RequestWith([]);
                var raw = SipParser.Parse((byte[])[
                    .. "SIP/2.0 401 x\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>\r\nTo: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nWWW-Authenticate: "u8,
                    .. bytes, .. "\r\n\r\n"u8]);
                if (raw.Message is SipResponse response && new DigestClient("u", "p").TryAnswer(response, request, out var headers))
                {
                    Assert.NotNull(RequestWith(headers).ToString());
                }
            }).Check(Many);

    private static SipRequest RequestWith(ImmutableArray<KeyValuePair<string, string>> headers)
    {
        var builder = SipMessageBuilder.Request(SipMethod.Invite, SipUri.Create("a", "b"));
        foreach (var (name, value) in headers)
        {
            builder.Add(name, value);
        }

        return builder.BuildRequest();
    }

    private static List<string> WithoutLength(SipMessage message) =>
        [.. message.Headers.Where(h => h.Key != "Content-Length").Select(h => $"{h.Key}: {h.Value}")];

    private static void UseEverything(SipParseResult result)
    {
        if (result.Fault is { CanRespond: true } fault)
        {
            Assert.False(SipParser.Parse(fault.ToResponse("t").Raw).Fault?.CanRespond ?? false);
        }

        if (result.Message is not { } message)
        {
            return;
        }

        _ = message.Headers.Count() + message.Vias.Count() + message.HeaderValues("Contact").Count();
        _ = message.Contact;
        _ = message.SessionDescription;
        _ = message.ContentType;
        _ = message.MaxForwards;
        _ = message.Expires;
        _ = message.TryAddresses("Route", out _);
        _ = message.ToString();

        // Whatever was read may be written again: no peer can make the builder throw.
        var copy = SipMessageBuilder.Request(SipMethod.Options, message.From.Uri)
            .Add("From", message.From).Add("To", message.To.WithTag("x")).Add("Call-ID", message.CallId);
        foreach (var (name, value) in message.Headers)
        {
            copy.Add(name, value);
        }

        foreach (var via in message.Vias)
        {
            copy.PushVia(via);
        }

        if (message.HeaderCount < 200)
        {
            _ = copy.BuildRequest();
        }

        if (message is SipRequest request)
        {
            _ = SipRequestChecks.MergeKey(request);
            _ = SipUriComparer.Instance.Equals(request.RequestUri, request.To.Uri);
            var source = request.WithSource(new IPEndPoint(IPAddress.Parse("192.0.2.77"), 5099));
            Assert.True(SipParser.Parse(source.Raw).IsMessage);
            if (SipRequestChecks.Check(request, new SipUasPolicy()) is SipVerdict.Respond refusal)
            {
                Assert.True(SipParser.Parse(refusal.ToResponse(request, "t").Raw).IsMessage);
            }

            var ok = SipMessageBuilder.Response(source, 200, toTag: "t").BuildResponse();
            Assert.Equal(request.CallId, Assert.IsType<SipResponse>(SipParser.Parse(ok.Raw).Message).CallId);
            Assert.NotNull(ok.To.Tag);
        }
    }

    private static List<string> Cut(byte[] stream, int chunk)
    {
        var framer = new SipStreamFramer();
        var cut = new List<string>();
        var pending = ReadOnlySequence<byte>.Empty;
        for (var at = 0; at < stream.Length; at += chunk)
        {
            pending = new ReadOnlySequence<byte>([.. pending.ToArray(), .. stream.AsSpan(at, Math.Min(chunk, stream.Length - at))]);
            SipFrame frame;
            while ((frame = framer.Next(ref pending)).Kind != SipFrameKind.Incomplete)
            {
                cut.Add($"{frame.Kind} {Convert.ToHexString(frame.Bytes.Span)} {frame.Fault?.Phrase}");
                if (frame.Kind == SipFrameKind.Broken)
                {
                    return cut;
                }
            }
        }

        return cut;
    }
}
