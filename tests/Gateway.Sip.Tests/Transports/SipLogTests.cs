using System.Net;
using System.Text;
using Gateway.Sip.Transports;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.Tests.Transports;

/// <summary>One call can be followed through the log by its Call-ID; headers with secrets and bodies are not in it.</summary>
public sealed class SipLogTests
{
    [Theory]
    [InlineData("INVITE sip:a@h SIP/2.0\r\nVia: x\r\nCall-ID: c1@h\r\n\r\nCall-ID: no", "INVITE sip:a@h SIP/2.0, Call-ID c1@h")]
    [InlineData("SIP/2.0 200 OK\r\ni \t: c2\r\n\r\n", "SIP/2.0 200 OK, Call-ID c2")]
    [InlineData("BYE sip:a@h SIP/2.0\r\nAuthorization: Digest secret\r\n\r\nCall-ID: body", "BYE sip:a@h SIP/2.0, Call-ID ")]
    [InlineData("noise", "noise, Call-ID ")]
    [InlineData("", ", Call-ID ")]
    public void Message_is_logged_by_its_start_line_and_Call_ID(string message, string said)
    {
        var logger = new Lines();
        new SipLog(logger, TimeProvider.System).Message(
            SipDirection.Received, SipTransportKind.Udp, new IPEndPoint(IPAddress.Loopback, 5060), Encoding.UTF8.GetBytes(message));

        Assert.EndsWith($"127.0.0.1:5060: {said}", Assert.Single(logger.Said), StringComparison.Ordinal);
    }

    private sealed class Lines : ILogger
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Said.Add(formatter(state, exception));
    }
}
