using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>Messages as long as they are allowed to be, and longer (MAPPING C-14, C-15, RFC 7573 section 8).</summary>
public abstract class LongMessageTests(GatewaySite site) : ChatTest(site)
{
    private const int Million = 1_000_000;

    [Fact] // C-14
    public async Task A_megabyte_goes_each_way_in_chunks()
    {
        await using var gateway = await Site.NewGatewayAsync(c =>
        {
            c["Xmpp"]!["MaxStanzaBytes"] = 8_000_000;
            c["Mapping"]!["Chats"]!["MaxMessageSize"] = 2_000_000;
        });
        var romeo = RomeoAt(gateway.Component);
        await Juliet.SayAsync(romeo, "ready?", "long");
        var invited = await Phone.IsInvitedAsync();
        Assert.Contains("a=max-size:2000000", invited["sdp"], StringComparison.Ordinal);
        var session = invited["call"]!;
        await Phone.ReceivesAsync("ready?", session);

        // Characters of one to four octets, and those that XML escapes, at every offset of a chunk.
        var (hers, his) = (Words("Juliet: ü €😀 <&> "), Words("Romeo: ß ‰🎭 &<\" "));
        var speaking = Juliet.SayAsync(romeo, hers, "long");
        var sent = await Phone.SendAsync(session, his);
        await speaking;
        var heard = await Phone.Events.WaitAsync(e => e.Kind == "message" && e.Number("size") > Million, 0, "her words");
        var read = await Juliet.SeesAsync(e => e["body"]?.Length > Million / 4, "his words");
        await Phone.Events.WaitAsync(e => e.Kind == "sent" && e["id"] == sent, 0, "the last 200");

        Assert.Equal(Hash(hers), heard["sha256"]);
        Assert.Equal(Hash(his), Hash(read["body"]!));
        Assert.InRange(heard.Number("chunks"), Million / 65_536, Million / 2_048);
        await Phone.SendAsync(session, "done");
        await Juliet.ReadsAsync("done");
    }

    [Fact] // C-15: each side gets its protocol's error, and the session goes on
    public async Task Beyond_the_limit_each_side_gets_its_error_and_the_session_goes_on()
    {
        var session = await OpenedByJulietAsync(thread: "beyond");
        Assert.Contains("a=max-size:100000", (await Phone.IsInvitedAsync())["sdp"], StringComparison.Ordinal);
        await Phone.CommandAsync("send", new { session, body = new string('x', 100_001), id = "toolarge" });
        Assert.Equal("413", (await Phone.Events.WaitAsync(e => e.Kind == "refused" && e["id"] == "toolarge"))["status"]);
        var id = await Juliet.SayAsync(Romeo, new string('y', 100_001), "beyond");
        Assert.Equal("policy-violation", (await Juliet.FailsAsync(id))["error"]);

        // It fits as it is, and would be five times as long in a stanza: the server would end the stream of everybody.
        await Phone.CommandAsync("send", new { session, body = new string('&', 99_000), id = "escaped" });
        Assert.Equal("413", (await Phone.Events.WaitAsync(e => e.Kind == "refused" && e["id"] == "escaped"))["status"]);

        await Phone.SendAsync(session, new string('x', 100_000));
        await Juliet.ReadsAsync(new string('x', 100_000));
        await Juliet.SayAsync(Romeo, new string('y', 100_000), "beyond");
        await Phone.Events.WaitAsync(e => e.Kind == "message" && e["size"] == "100000");
        Assert.DoesNotContain(Phone.Events.All, e => e.Kind is "lost" or "bye");
        Assert.Single(Phone.Events.All, e => e.Kind == "invited");
    }

    private static string Words(string words)
    {
        var text = new StringBuilder();
        for (var octets = 0; octets <= Million; octets = Encoding.UTF8.GetByteCount(text.ToString(), 0, text.Length))
        {
            for (var i = 0; i < 1_000; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{i} {words}");
            }
        }

        return text.ToString();
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>Long messages beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class LongMessageBesideProsodyTests(ProsodySite site) : LongMessageTests(site);

/// <summary>Long messages beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class LongMessageBesideEjabberdTests(EjabberdSite site) : LongMessageTests(site);
