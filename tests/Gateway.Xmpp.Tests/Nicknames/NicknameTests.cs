using System.Xml.Linq;
using Gateway.Xmpp.Nicknames;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Nicknames;

public sealed class NicknameTests
{
    [Theory] // XEP-0172; nothing of it may break out of where it is shown
    [InlineData("Ishmael", "Ishmael")]
    [InlineData("  Ish\r\nmael\u202e ", "Ish  mael")]
    [InlineData(" \u0007 ", null)]
    [InlineData("", null)]
    public void Name_is_one_line_of_visible_text(string written, string? shown)
    {
        Assert.Equal(shown, Nickname.Element(written)?.Value);
        Assert.Equal(shown, Nickname.Read(AMessage(written.Replace("\u0007", "", StringComparison.Ordinal))));
    }

    [Fact]
    public void Long_name_is_cut_between_characters()
    {
        var name = Nickname.Element("x" + string.Concat(Enumerable.Repeat("\U0001f600", 100)))!.Value;

        Assert.Equal(Nickname.MaxLength - 1, name.Length);
        Assert.True(char.IsLowSurrogate(name[^1]));
    }

    private static MessageStanza AMessage(string nick)
    {
        var element = new XElement(
            "message",
            new XAttribute("from", "a@example.org"),
            new XAttribute("to", "b@example.org"),
            new XElement(Nickname.Namespace + "nick", nick));
        return Stanza.TryRead(element, out var stanza, out _) ? (MessageStanza)stanza : throw new InvalidOperationException();
    }
}
