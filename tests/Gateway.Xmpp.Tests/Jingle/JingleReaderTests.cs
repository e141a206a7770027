using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Testing;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Jingle;

public sealed class JingleReaderTests
{
    public static TheoryData<string> SessionsOfClients => [.. JingleCorpus.Names.Where(
        name => JingleCorpus.Payload(name).Name.LocalName == "jingle")];

    [Theory] // XEP-0166 section 7.1
    [MemberData(nameof(SessionsOfClients))]
    public void Every_recorded_jingle_element_is_read_and_survives_being_written(string name)
    {
        var read = Reading.Corpus(name);
        var written = JingleWriter.Write(read);

        Assert.Equal(written.ToString(), JingleWriter.Write(Reading.Of(written)).ToString());
    }

    [Fact] // XEP-0166 section 7.2
    public void Every_action_has_the_name_of_the_specification()
    {
        string[] names =
        [
            "session-initiate", "session-accept", "session-terminate", "session-info", "transport-info", "transport-replace",
            "transport-accept", "transport-reject", "content-add", "content-accept", "content-reject", "content-modify",
            "content-remove", "description-info", "security-info",
        ];

        Assert.Equal(names, Enum.GetValues<JingleAction>().Select(JingleActionNames.NameOf));
        Assert.All(names, name => Assert.True(JingleActionNames.TryParse(name, out _)));
    }

    [Fact] // R-2
    public void Unknown_action_is_a_bad_request()
    {
        var fault = Reading.Fault(XElement.Parse("<jingle xmlns='urn:xmpp:jingle:1' action='session-dance' sid='s'/>"));

        Assert.Equal(StanzaErrorCondition.BadRequest, fault.Condition);
        Assert.DoesNotContain("dance", fault.Text, StringComparison.Ordinal);
    }

    [Theory] // XEP-0166 section 7.1
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' action='session-info'/>")]
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid=''/>")]
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' sid='s'/>")]
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'/>")]
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' action='content-add' sid='s'><content creator='initiator'/></jingle>")]
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' action='content-add' sid='s'><content creator='me' name='a'/></jingle>")]
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' action='content-add' sid='s'><content name='a' senders='us'/></jingle>")]
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' action='content-add' sid='s'><content name='a'/><content name='a'/></jingle>")]
    [InlineData("<jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid='a&#13;&#10;b'/>")]
    [InlineData("<jingle xmlns='urn:xmpp:tmp:jingle' action='session-info' sid='s'/>")]
    public void Element_without_what_the_specification_requires_is_a_bad_request(string xml) =>
        Assert.Equal(StanzaErrorCondition.BadRequest, Reading.Fault(XElement.Parse(xml)).Condition);

    [Fact] // XEP-0166 section 7.3: absent senders means both; the absence itself is kept
    public void Content_without_senders_or_creator_is_the_initiators()
    {
        var content = Reading.Corpus("libwebrtc-session-initiate").Contents[0];

        Assert.Null(content.Senders);
        Assert.Equal(JingleCreator.Initiator, content.Creator);
    }

    [Fact] // clients: initiator is absent from Monal and Conversations, bare in Movim
    public void Initiator_is_kept_as_claimed()
    {
        Assert.Null(Reading.Corpus("monal-session-initiate").Initiator);
        Assert.Null(Reading.Corpus("conversations-session-initiate").Initiator);
        Assert.Equal("juliet@capulet.example", Reading.Corpus("movim-session-initiate").Initiator);
        Assert.Equal("juliet@capulet.example/dino.1f2e3d4c", Reading.Corpus("dino-session-initiate").Initiator);
    }

    [Fact] // XEP-0338
    public void Bundle_group_names_its_contents()
    {
        var group = Assert.Single(Reading.Corpus("conversations-video-session-initiate").Groups);

        Assert.Equal(JingleGroup.Bundle, group.Semantics);
        Assert.Equal<string>(["0", "1"], group.Names);
    }

    [Fact] // XEP-0166 section 7.1
    public void Foreign_description_and_transport_are_noted_and_not_read()
    {
        var content = Reading.Of(XElement.Parse(
            """
            <jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'>
              <content creator='initiator' name='file'>
                <description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>
                <transport xmlns='urn:xmpp:jingle:transports:ibb:1' sid='x'/>
                <security xmlns='urn:xmpp:jingle:security:xtls:0'/>
              </content>
            </jingle>
            """)).Contents[0];

        Assert.True(content is { HasUnknownDescription: true, HasUnknownTransport: true, HasSecurity: true });
        Assert.Null(content.Description);
        Assert.Null(content.Transport);
    }

    [Theory] // bounded memory
    [InlineData("content", JingleLimits.Contents)]
    [InlineData("payload-type", JingleLimits.Payloads)]
    [InlineData("candidate", JingleLimits.Candidates)]
    [InlineData("parameter", JingleLimits.Parameters)]
    public void More_elements_than_the_limit_are_a_policy_violation(string kind, int limit)
    {
        XElement Build(int count)
        {
            string Repeat(Func<int, string> one) => string.Concat(Enumerable.Range(0, count).Select(one));
            return kind switch
            {
                "payload-type" => Reading.Initiate(Repeat(n => $"<payload-type id='{n}' name='x'/>")),
                "parameter" => Reading.Initiate($"<payload-type id='96' name='x'>{Repeat(n => $"<parameter name='p{n}'/>")}</payload-type>"),
                "candidate" => Reading.Initiate(inTransport: Repeat(n => $"<candidate ip='192.0.2.1' port='{n + 1}' priority='1'/>")),
                _ => XElement.Parse(
                    "<jingle xmlns='urn:xmpp:jingle:1' action='content-modify' sid='s'>"
                    + Repeat(n => $"<content creator='initiator' name='c{n}'/>") + "</jingle>"),
            };
        }

        Reading.Of(Build(limit));
        Assert.Equal(StanzaErrorCondition.PolicyViolation, Reading.Fault(Build(limit + 1)).Condition);
    }

    [Fact]
    public void Longer_session_id_than_the_limit_is_a_bad_request()
    {
        XElement Terminate(int length) => XElement.Parse(
            $"<jingle xmlns='urn:xmpp:jingle:1' action='session-terminate' sid='{new string('s', length)}'/>");

        Reading.Of(Terminate(255));
        Assert.Equal(StanzaErrorCondition.BadRequest, Reading.Fault(Terminate(256)).Condition);
    }

    [Fact] // no input throws
    public void Damaged_stanzas_never_make_the_reader_throw()
    {
        var originals = JingleCorpus.Names.Select(JingleCorpus.Payload).Where(payload => payload.Name.LocalName == "jingle").ToArray();
        string[] words = ["", " ", "-1", "99999999999999999999", "é", "a\tb", new string('x', 5000), "0x10", "NaN"];
        var damage =
            from original in Gen.Elements(originals)
            from victim in Gen.Choose(0, 1000)
            from kind in Gen.Choose(0, 3)
            from word in Gen.Elements(words)
            select Damage(new XElement(original), victim, kind, word);

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(damage.ToArbitrary(), jingle =>
            {
                if (JingleReader.TryRead(jingle, out var element, out var fault))
                {
                    JingleWriter.Write(element);
                    return fault is null;
                }

                return fault is not null;
            }));
    }

    private static XElement Damage(XElement jingle, int victim, int kind, string word)
    {
        var elements = jingle.DescendantsAndSelf().ToList();
        var element = elements[victim % elements.Count];
        var attributes = element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).ToList();
        switch (kind)
        {
            case 0 when attributes.Count > 0:
                attributes[victim % attributes.Count].Value = word;
                break;
            case 1 when attributes.Count > 0:
                attributes[victim % attributes.Count].Remove();
                break;
            case 2 when element.Parent is not null:
                element.Remove();
                break;
            default:
                element.Add(word, new XElement(element.Name, element.Attributes()), new XElement("odd"));
                break;
        }

        return jingle;
    }
}
