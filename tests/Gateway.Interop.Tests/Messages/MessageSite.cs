using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Messages;

/// <summary>A gateway of one test, a SIP user who writes, and the XMPP user it writes with.</summary>
internal sealed class MessageSite : IAsyncDisposable
{
    private readonly int _phonePort;

    private MessageSite(int phonePort, SecondGateway gateway, PhoneScript script)
    {
        _phonePort = phonePort;
        Gateway = gateway;
        Script = script;
    }

    /// <summary>The gateway.</summary>
    public SecondGateway Gateway { get; }

    /// <summary>The SIP users' process.</summary>
    public PhoneScript Script { get; }

    /// <summary>The SIP user as an XMPP contact.</summary>
    public string Contact => $"1001@{Gateway.Component}";

    /// <summary>Where a SIP user sends to.</summary>
    public string Via => $"127.0.0.1:{Gateway.SipPort}";

    public static async Task<MessageSite> StartAsync(GatewaySite site, string mapping)
    {
        var phonePort = FreePorts.One(); // of this test alone: the phone may come late
        var gateway = await site.NewGatewayAsync(configuration =>
        {
            var options = JsonNode.Parse(mapping)!.AsObject();
            options["LocalDomains"] = new JsonArray(GatewaySite.Domain);
            options["MessagesPerMinute"] = 100_000;
            configuration["Mapping"] = options;
            configuration["Sip"]!["Trunks"] = new JsonObject
            {
                ["phone"] = new JsonObject { ["Uri"] = $"sip:127.0.0.1:{phonePort}", ["Domain"] = "phone.test" },
            };
        });
        return new MessageSite(phonePort, gateway, await PhoneScript.StartAsync(RepositoryFiles.MsrpPhoneScript));
    }

    /// <summary>The SIP user 1001, where the trunk leads.</summary>
    public Task<MsrpPhone> NewPhoneAsync(object? options = null) => MsrpPhone.OpenAsync(Script, "1001", options, port: _phonePort);

    /// <summary>Writes a MESSAGE to an XMPP user; gives the status.</summary>
    public async Task<PhoneEvent> WriteAsync(MsrpPhone phone, string user, string body, object? more = null)
    {
        var before = phone.Events.Count;
        var arguments = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(more ?? new { }))!.AsObject();
        arguments["to"] = $"sip:{user}";
        arguments["via"] = Via;
        arguments["body"] = body;
        arguments["type"] ??= "text/plain;charset=UTF-8";
        await phone.CommandAsync("message", arguments);
        return await phone.Events.WaitAsync(e => e.Kind == "message_response", before, "a response to MESSAGE");
    }

    public async ValueTask DisposeAsync()
    {
        await Script.DisposeAsync();
        await Gateway.DisposeAsync();
    }
}
