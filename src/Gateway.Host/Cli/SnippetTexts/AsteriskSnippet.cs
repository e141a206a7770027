using Gateway.Host.Configuration;

namespace Gateway.Host.Cli.SnippetTexts;

/// <summary>Asterisk with chan_pjsip: the gateway as a trunk.</summary>
internal static class AsteriskSnippet
{
    public static string Text(GatewayOptions options)
    {
        var trunk = SnippetText.Trunk(options);
        var host = SnippetText.HostPort(options);
        var asks = trunk is { Username: not null, Password: not null };
        var users = SnippetText.UserDomains(options)[0];
        return $"""
            ; ---- pjsip.conf: then "pjsip reload" -------------------------------------------------
            [xmpp-gateway]
            type=endpoint
            context=from-xmpp
            disallow=all
            allow=opus,g722,alaw,ulaw
            aors=xmpp-gateway
            ; sip:juliet@{users} goes to the gateway, wherever DNS would send it:
            outbound_proxy=sip:{host}\;lr
            {(asks ? "auth=xmpp-gateway" : "; no challenge: known by its address, below")}
            direct_media=no
            dtmf_mode=rfc4733
            send_pai=yes
            trust_id_inbound=yes

            [xmpp-gateway]
            type=aor
            contact=sip:{host}
            qualify_frequency=30

            [xmpp-gateway]
            type=identify
            endpoint=xmpp-gateway
            match={SnippetText.Host(options).Trim('[', ']')}
            {(asks ? Auth(trunk.Username!, trunk.Password!) : "")}
            ; ---- extensions.conf: then "dialplan reload" -----------------------------------------
            ; Calls from XMPP users to your extensions:
            [from-xmpp]
            exten => _X.,1,Dial(PJSIP/{"${EXTEN}"},60)
            ; Calls to XMPP users: put this where your phones' calls go. 1001 reaches the JID that Mapping.Aliases names,
            ; "juliet" juliet@{users}.
            {SnippetText.ToConfigure(options, ";")}exten => juliet,1,Dial(PJSIP/xmpp-gateway/sip:juliet@{users},60)

            """.ReplaceLineEndings("\n");
    }

    private static string Auth(string user, string password) => $"""

        [xmpp-gateway]
        type=auth
        auth_type=userpass
        username={user}
        password={password}

        """;
}
