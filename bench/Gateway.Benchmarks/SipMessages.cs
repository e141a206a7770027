using System.Text;
using BenchmarkDotNet.Attributes;
using Gateway.Sip.Messages;
using Gateway.Sip.Sdp;

namespace Gateway.Benchmarks;

/// <summary>What the gateway does with every SIP message, on an INVITE of about 1 kB as a desk phone sends it.</summary>
[MemoryDiagnoser]
public class SipMessages
{
    private const string Sdp =
        "v=0\r\no=- 3871 3871 IN IP4 192.0.2.15\r\ns=-\r\nc=IN IP4 192.0.2.15\r\nt=0 0\r\nm=audio 11780 RTP/AVP 9 8 0 101\r\n"
        + "a=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        + "a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

    private byte[] _invite = [];
    private SipRequest? _parsed;
    private string _sdp = "";

    [GlobalSetup]
    public void Setup()
    {
        _invite = Encoding.UTF8.GetBytes(
            "INVITE sip:juliet%40example.org@gateway.example.net:5060;transport=udp SIP/2.0\r\n"
            + "Via: SIP/2.0/UDP 192.0.2.15:5060;branch=z9hG4bK-524287-1---d4c8a7e2b3f19a60;rport\r\n"
            + "Max-Forwards: 70\r\n"
            + "Contact: <sip:1001@192.0.2.15:5060;transport=udp>\r\n"
            + "To: <sip:juliet%40example.org@gateway.example.net>\r\n"
            + "From: \"Romeo Montague\" <sip:1001@pbx.example.com>;tag=5b8d0a47\r\n"
            + "Call-ID: 88201NzM4ZDg3YjM5ZWM1ZTY0MzE4YTg5Nzg2NmYxYzE0ZTk@192.0.2.15\r\n"
            + "CSeq: 1 INVITE\r\n"
            + "Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, MESSAGE, OPTIONS, INFO, SUBSCRIBE, UPDATE\r\n"
            + "Content-Type: application/sdp\r\n"
            + "Supported: replaces, timer, 100rel\r\n"
            + "User-Agent: Deskphone 4.2.10.78\r\n"
            + "Allow-Events: presence, kpml, talk, hold\r\n"
            + $"Content-Length: {Sdp.Length}\r\n\r\n{Sdp}");
        _sdp = Sdp;
        _parsed = (SipRequest)SipParser.Parse(_invite).Message!;
    }

    /// <summary>Start line, header index, Via, From, To, Call-ID, CSeq.</summary>
    [Benchmark]
    public int ParseInvite()
    {
        var message = SipParser.Parse(_invite).Message!;
        return message.TopVia.Branch!.Length + message.From.Tag!.Length + message.To.Uri.Host.Length + message.CallId.Length
            + (int)message.CSeq.Number;
    }

    [Benchmark]
    public SipVerdict CheckInvite() => SipRequestChecks.Check(_parsed!, Policy);

    [Benchmark]
    public SipResponse BuildRinging() => SipMessageBuilder.Response(_parsed!, 180, toTag: "8321234356")
        .Add(SipHeaders.Contact, "<sip:gateway.example.net>").BuildResponse();

    [Benchmark]
    public bool ParseDescription() => SdpSession.TryParse(_sdp, out _, out _);

    private static readonly SipUasPolicy Policy = new();
}
