using System.Xml.Linq;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Descriptions;

/// <summary>What the strictest client that we know of demands of our session-initiate and session-accept, each rule by its owner.</summary>
internal static class StrictClient
{
    private static readonly string[] CandidateAttributes =
        ["component", "foundation", "generation", "id", "ip", "network", "port", "priority", "protocol", "type"];

    /// <summary>Reads the element as it is written, and checks it.</summary>
    public static JingleElement Takes(JingleElement ours, JingleElement? offer = null)
    {
        var xml = XElement.Parse(JingleWriter.Write(ours).ToString());
        Assert.True(JingleReader.TryRead(xml, out var read, out var fault), fault?.Text);
        Assert.NotEmpty(read.Contents);
        Assert.All(read.Contents, Check);
        var setups = read.Contents.SelectMany(content => content.Transport!.Fingerprints).Select(fingerprint => fingerprint.Setup);
        var setup = Assert.Single(setups.Distinct()); // Conversations: all contents carry the same
        if (ours.Action == JingleAction.SessionInitiate)
        {
            Assert.Equal(DtlsSetup.ActPass, setup); // Conversations throws otherwise
        }
        else
        {
            Assert.True(setup is DtlsSetup.Active or DtlsSetup.Passive);
        }

        foreach (var candidate in xml.Descendants(JingleNamespaces.IceUdp + "candidate")) // Monal
        {
            Assert.Empty(CandidateAttributes.Except(candidate.Attributes().Select(attribute => attribute.Name.LocalName)));
            Assert.Equal("1", candidate.Attribute("component")!.Value);
        }

        if (offer is not null)
        {
            CheckAnswer(read, offer);
        }

        return read;
    }

    private static void Check(JingleContent content)
    {
        Assert.True(content.Name is { Length: > 0 and <= 16 } && !content.Name.Any(char.IsWhiteSpace)); // Conversations
        var description = content.Description!;
        Assert.True(description.RtcpMux);
        Assert.NotEmpty(description.Payloads);
        Assert.DoesNotContain(description.Payloads, payload => string.IsNullOrEmpty(payload.Name) || payload.ClockRate is null);
        Assert.DoesNotContain(description.Payloads.SelectMany(payload => payload.Parameters), parameter => parameter.Value is null);
        Assert.Equal(description.Payloads.Length, description.Payloads.DistinctBy(payload => payload.Id).Count());
        var transport = content.Transport!;
        Assert.False(string.IsNullOrEmpty(transport.Ufrag));
        Assert.False(string.IsNullOrEmpty(transport.Pwd));
        Assert.Equal("sha-256", Assert.Single(transport.Fingerprints).Hash); // Dino knows no other
    }

    private static void CheckAnswer(JingleElement accept, JingleElement offer)
    {
        Assert.Equal(offer.Sid, accept.Sid);
        Assert.Equal( // Conversations ends the call with security-error
            offer.Contents.Select(content => (content.Creator, content.Name, content.Description!.Media)),
            accept.Contents.Select(content => (content.Creator, content.Name, content.Description!.Media)));
        foreach (var (answered, offered) in accept.Contents.Zip(offer.Contents))
        {
            Assert.All(answered.Description!.Payloads, payload => Assert.Contains(
                offered.Description!.Payloads,
                other => other.Id == payload.Id && string.Equals(other.Name, payload.Name, StringComparison.OrdinalIgnoreCase)));
        }

        Assert.Equal(offer.Groups.Length, accept.Groups.Length);
        Assert.All(accept.Groups.Zip(offer.Groups), pair => Assert.Empty(pair.First.Names.Except(pair.Second.Names)));
    }
}
