using System.Xml.Linq;
using Gateway.Xmpp.Jingle;

namespace Gateway.Xmpp.Tests.Jingle;

public sealed class JingleReasonTests
{
    [Theory] // XEP-0166 section 7.4
    [InlineData("success", JingleReason.Success)]
    [InlineData("busy", JingleReason.Busy)]
    [InlineData("connectivity-error", JingleReason.ConnectivityError)]
    [InlineData("incompatible-parameters", JingleReason.IncompatibleParameters)]
    [InlineData("unsupported-applications", JingleReason.UnsupportedApplications)]
    [InlineData("application-error", JingleReason.Unknown)]
    public void Condition_is_read_by_its_name(string name, JingleReason reason) =>
        Assert.Equal(reason, Terminate($"<reason><{name}/></reason>")!.Condition);

    [Fact]
    public void Reason_without_a_condition_is_unknown() => Assert.Equal(JingleReason.Unknown, Terminate("<reason/>")!.Condition);

    [Fact]
    public void Absent_reason_is_null() => Assert.Null(Terminate(""));

    [Fact] // clients 3: application-error is Monal's own
    public void Monals_reason_is_unknown_and_keeps_its_text() =>
        Assert.Equal(new JingleReasonInfo(JingleReason.Unknown, "Call failed"), Reading.Corpus("monal-session-terminate").Reason);

    [Fact] // XEP-0167 section 7
    public void Application_condition_is_read_and_written()
    {
        var reason = new JingleReasonInfo(JingleReason.SecurityError, "no keys") { Application = JingleReasonInfo.CryptoRequired };

        var read = Reading.Of(JingleWriter.Write(new JingleElement(JingleAction.SessionTerminate, "s") { Reason = reason }));

        Assert.Equal(reason, read.Reason);
    }

    [Fact] // XEP-0166 section 7.4: a condition of its list is required
    public void Unknown_reason_is_written_as_general_error() =>
        Assert.Equal(
            JingleReason.GeneralError,
            Reading.Of(JingleWriter.Write(
                new JingleElement(JingleAction.SessionTerminate, "s") { Reason = new(JingleReason.Unknown) })).Reason!.Condition);

    [Fact]
    public void Text_is_one_line_and_bounded()
    {
        Assert.Equal("ab", Terminate("<reason><busy/><text> a&#10;b </text></reason>")!.Text);
        Assert.Equal(JingleLimits.Text, Terminate($"<reason><busy/><text>{new string('t', 9000)}</text></reason>")!.Text!.Length);
    }

    private static JingleReasonInfo? Terminate(string reason) => Reading.Of(XElement.Parse(
        $"<jingle xmlns='urn:xmpp:jingle:1' action='session-terminate' sid='s'>{reason}</jingle>")).Reason;
}
