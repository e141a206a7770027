namespace Gateway.Xmpp.Component;

/// <summary>What an operator should do about a refused stream, in the words of the files that he edits.</summary>
internal static class StreamRemedies
{
    public static string For(string condition, XmppComponentOptions options) => condition switch
    {
        "not-authorized" => "The secrets differ: make Xmpp.Secret equal to the server's secret of this component "
            + $"(Prosody: component_secret under Component \"{options.Domain}\"; ejabberd: the password of {options.Domain} in "
            + "ejabberd_service, which answers the same when that domain is not among its hosts).",
        "host-unknown" => $"The server has no component of this name: add Component \"{options.Domain}\" (Prosody) or the host "
            + $"{options.Domain} to ejabberd_service (ejabberd), or correct Xmpp.Domain.",
        "conflict" => $"Another connection serves {options.Domain} already: stop the other gateway, or wait until the server has noticed "
            + "that an earlier connection is dead.",
        "invalid-namespace" or "bad-format" => $"What listens at {options.Server} is not a component port: give the one for components "
            + "in Xmpp.Server (5347 in Prosody and ejabberd by default, not 5222 or 5269).",
        "system-shutdown" => "The server is stopping; the gateway reconnects when it is back.",
        _ => "See the XMPP server's log.",
    };

    public static string ForUnreachable(XmppComponentOptions options) =>
        $"Check that the XMPP server runs and accepts components at {options.Server} (Xmpp.Server; Prosody: component_ports and "
        + "component_interfaces; ejabberd: the port of ejabberd_service).";
}
