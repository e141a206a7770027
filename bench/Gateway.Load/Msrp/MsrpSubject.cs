using System.Text;
using Gateway.Sip.Msrp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Load.Msrp;

/// <summary>
/// The process that is measured: an endpoint that answers the offers that come as lines on its standard input, and sends every
/// message back in its session.
/// </summary>
internal static class MsrpSubject
{
    public const string Name = "msrp-subject";

    public static async Task<int> RunAsync()
    {
        var terms = new MsrpTerms { AcceptTypes = ["text/plain"], MaxSize = 100_000 };
        var address = new MsrpListenAddress(IsSecure: false, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        await using var endpoint = new MsrpEndpoint(
            new MsrpOptions { Listen = [address], Limits = new MsrpLimits { UnboundPerAddress = 10_000 } }, TimeProvider.System, NullLogger<MsrpEndpoint>.Instance);
        await endpoint.StartAsync(CancellationToken.None);
        await Console.Out.WriteLineAsync("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "collect")
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                await Console.Out.WriteLineAsync("collected");
                continue;
            }

            var echo = new Echo();
            echo.Session = endpoint.Create(terms, echo);
            var offer = Encoding.UTF8.GetString(Convert.FromBase64String(line));
            await Console.Out.WriteLineAsync(echo.Session.TryAnswer(offer, null, out var answer, out var refusal)
                ? Convert.ToBase64String(Encoding.UTF8.GetBytes(answer))
                : refusal.Reason);
        }

        return 0;
    }

    private sealed class Echo : IMsrpSink
    {
        public IMsrpSession Session { get; set; } = null!;

        public void OnConnected()
        {
        }

        public void OnMessage(MsrpIncomingMessage message) =>
            Session.Send(new MsrpOutgoingMessage { ContentType = "text/plain", Body = message.Body });

        public void OnSent(string messageId)
        {
        }

        public void OnReport(MsrpReport report)
        {
        }

        public void OnSendFailed(string messageId, int status)
        {
        }

        public void OnConnectionLost(MsrpLoss why)
        {
        }
    }
}
