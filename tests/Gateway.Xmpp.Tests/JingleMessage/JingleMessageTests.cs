using System.Xml.Linq;
using Gateway.Testing;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;
using static Gateway.Xmpp.JingleMessage.JingleMessageNamespace;
using Message = Gateway.Xmpp.JingleMessage.JingleMessage;

namespace Gateway.Xmpp.Tests.JingleMessage;

public sealed class JingleMessageTests
{
    private const string Id = "ca3cf894-5325-482f-a412-a6e9f832298d";

    public static TheoryData<Message> All =>
    [
        new Message.Ringing(Id),
        new Message.Proceed(Id),
        new Message.Accept(Id),
        new Message.Reject(Id, null),
        new Message.Reject(Id, new(JingleReason.Busy, "486 Busy Here")),
        new Message.Reject(Id, new(JingleReason.Expired, "Tie-Break"), TieBreak: true),
        new Message.Retract(Id, new(JingleReason.Cancel)),
        new Message.Retract(Id, new(JingleReason.Expired), TieBreak: true),
        new Message.Finish(Id, new(JingleReason.Success)),
        new Message.Finish(Id, new(JingleReason.Expired), MigratedTo: "989a46a6-f202-4910-a7c3-83c6ba3f3947"),
    ];

    [Theory] // J-1
    [MemberData(nameof(All))]
    public void Message_survives_being_written_and_read_in_both_namespaces(Message message)
    {
        Assert.Equal(message, Read(JingleMessageWriter.Write(message, V0)));
        Assert.Equal(message, Read(JingleMessageWriter.Write(message, V1)));
    }

    [Theory] // J-6; the order is the document's
    [InlineData("conversations-propose", new[] { "audio" })]
    [InlineData("dino-propose", new[] { "audio", "video" })]
    [InlineData("movim-propose", new[] { "video", "audio" })]
    public void Proposed_media_are_read_in_order(string name, string[] media)
    {
        var propose = Assert.IsType<Message.Propose>(Read(JingleCorpus.Payload(name)));

        Assert.Equal<string>(media, propose.Media);
        Assert.False(propose.HasOtherDescriptions);
    }

    [Fact] // J-6
    public void Propose_of_another_application_is_noted()
    {
        var propose = Assert.IsType<Message.Propose>(Read(XElement.Parse(
            $"<propose xmlns='urn:xmpp:jingle-message:0' id='{Id}'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/><nick/></propose>")));

        Assert.Empty(propose.Media);
        Assert.True(propose.HasOtherDescriptions);
    }

    [Fact] // clients 3: Conversations retracts without a reason
    public void Retract_without_reason_is_accepted() =>
        Assert.Equal(new Message.Retract("yN6vVwEvLGxKZmlQ1sdN9w", null), Read(JingleCorpus.Payload("conversations-retract")));

    [Fact] // clients 7: the device child is not ours
    public void Proceed_of_Dino_is_read() =>
        Assert.Equal(
            new Message.Proceed("9bcb0ba2-7e1b-4a3b-9b1b-4f9a53a9e1c0"), Read(JingleCorpus.Payload("dino-proceed")));

    [Fact] // XEP-0353 section 4.2, in the namespace of 0.4
    public void Finish_by_migration_names_the_new_session() =>
        Assert.Equal(
            new Message.Finish(Id, new(JingleReason.Expired, "Session migrated"), "989a46a6-f202-4910-a7c3-83c6ba3f3947"),
            Read(JingleCorpus.Payload("jmi-0.4-finish")));

    [Fact]
    public void Finish_of_Movim_keeps_condition_and_text_apart() =>
        Assert.Equal(new JingleReasonInfo(JingleReason.Decline, "Success"), ((Message.Finish)Read(JingleCorpus.Payload("movim-finish"))).Reason);

    [Fact] // J-2, J-31
    public void Accept_takes_the_call_in_the_one_namespace_only()
    {
        Assert.True(JingleMessageNamespaces.IsTaking(Read(JingleCorpus.Payload("jmi-0.4-accept")), V1));
        Assert.False(JingleMessageNamespaces.IsTaking(Read(JingleCorpus.Payload("jmi-0.3.1-accept")), V0));
        Assert.IsType<Message.Proceed>(JingleMessageNamespaces.Taking(Id, V0));
        Assert.IsType<Message.Accept>(JingleMessageNamespaces.Taking(Id, V1));
    }

    [Fact] // XEP-0353 writers that leave the reason in their own namespace
    public void Reason_in_the_namespace_of_the_message_is_understood() =>
        Assert.Equal(
            new Message.Reject(Id, new(JingleReason.Busy)),
            Read(XElement.Parse($"<reject xmlns='urn:xmpp:jingle-message:1' id='{Id}'><reason><busy/></reason></reject>")));

    [Theory]
    [InlineData("<propose xmlns='urn:xmpp:jingle-message:0'/>")]
    [InlineData("<propose xmlns='urn:xmpp:jingle-message:0' id=''/>")]
    [InlineData("<ringing xmlns='urn:xmpp:jingle-message:0' id='a&#10;b'/>")]
    [InlineData("<dance xmlns='urn:xmpp:jingle-message:0' id='a'/>")]
    [InlineData("<propose xmlns='urn:xmpp:jingle-message:2' id='a'/>")]
    public void Message_without_id_or_of_an_unknown_kind_is_refused(string xml)
    {
        Assert.False(JingleMessageReader.TryRead(XElement.Parse(xml), out var message, out var fault));
        Assert.Null(message);
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void Id_has_at_most_255_characters()
    {
        XElement Ringing(int length) => new(JingleMessageNamespaces.V0 + "ringing", new XAttribute("id", new string('i', length)));

        Assert.True(JingleMessageReader.TryRead(Ringing(255), out _, out _));
        Assert.False(JingleMessageReader.TryRead(Ringing(256), out _, out _));
    }

    [Fact] // J-5
    public void Stanza_is_a_chat_with_the_store_hint_and_without_a_body()
    {
        var stanza = JingleMessageStanzas.Build("romeo@sip.example/sip", "juliet@capulet.example/phone", new Message.Ringing(Id), V0);

        Assert.Equal("message", stanza.Name);
        Assert.Equal("chat", stanza.Attribute("type")!.Value);
        Assert.Equal($"jm-ringing-{Id}", stanza.Attribute("id")!.Value);
        Assert.Equal(
            ["{urn:xmpp:jingle-message:0}ringing", "{urn:xmpp:hints}store"],
            stanza.Elements().Select(child => child.Name.ToString()));
    }

    [Fact] // J-3
    public void Propose_can_be_made_in_both_namespaces_at_once_and_ask_for_a_receipt()
    {
        var stanza = JingleMessageStanzas.BuildProposeWithReceipt(
            "romeo@sip.example/sip", "juliet@capulet.example", new Message.Propose(Id, ["audio"]), V0, V1);

        Assert.Equal(
            [
                "{urn:xmpp:jingle-message:0}propose",
                "{urn:xmpp:jingle-message:1}propose",
                "{urn:xmpp:hints}store",
                "{urn:xmpp:receipts}request",
            ],
            stanza.Elements().Select(child => child.Name.ToString()));
        Assert.All(
            stanza.Elements().Take(2), propose => Assert.Equal("audio", propose.Elements().Single().Attribute("media")!.Value));
    }

    private static Message Read(XElement payload)
    {
        Assert.True(JingleMessageReader.TryRead(payload, out var message, out var fault), fault);
        return message;
    }
}
