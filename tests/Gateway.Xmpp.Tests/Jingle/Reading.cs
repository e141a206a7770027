using System.Xml.Linq;
using Gateway.Testing;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Jingle;

/// <summary>Shorthands: what was read, or the fault, never both.</summary>
internal static class Reading
{
    public static JingleElement Corpus(string name) => Of(JingleCorpus.Payload(name));

    public static JingleElement Of(XElement jingle)
    {
        Assert.True(JingleReader.TryRead(jingle, out var element, out var fault), fault?.Text);
        Assert.Null(fault);
        return element;
    }

    public static StanzaError Fault(XElement jingle)
    {
        Assert.False(JingleReader.TryRead(jingle, out var element, out var fault));
        Assert.Null(element);
        return fault;
    }

    /// <summary>A session-initiate with one content, whose description and transport hold the XML given.</summary>
    public static XElement Initiate(string inDescription = "", string inTransport = "") => XElement.Parse(
        $"""
        <jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'>
          <content creator='initiator' name='audio'>
            <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>{inDescription}</description>
            <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='abcd' pwd='0123456789012345678901'>{inTransport}</transport>
          </content>
        </jingle>
        """);

    public static IceUdpTransport Transport(string children) => Of(Initiate(inTransport: children)).Contents[0].Transport!;

    public static RtpDescription Description(string children) => Of(Initiate(children)).Contents[0].Description!;
}
