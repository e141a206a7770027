using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Messages;

/// <summary>The messages of RFC 4475, each with the verdict that the RFC gives for it.</summary>
public sealed class TortureTests
{
    private static readonly SipUasPolicy Registrar = new()
    {
        Methods = [.. new SipUasPolicy().Methods, SipMethod.Register, SipMethod.Message],
    };

    private static SipParseResult Parsed(string name) =>
        SipParser.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpora", "rfc4475", name + ".dat")));

    private static SipRequest Request(string name) => Assert.IsType<SipRequest>(Parsed(name).Message);

    private static string Verdict(string name, SipUasPolicy policy)
    {
        var result = Parsed(name);
        return result switch
        {
            { Fault: { CanRespond: true } fault } => $"{fault.Status}",
            { Fault: not null } => "drop",
            { Message: SipResponse response } => SipResponseChecks.IsForUserAgent(response) ? "accept" : "drop",
            { Message: SipRequest request } => SipRequestChecks.Check(request, policy) switch
            {
                SipVerdict.Respond respond => $"{respond.Status}",
                SipVerdict.Drop => "drop",
                _ => "accept",
            },
            _ => "neither",
        };
    }

    [Theory]
    [InlineData("wsinv", "accept")] // 3.1.1.1
    [InlineData("intmeth", "501")] // 3.1.1.2
    [InlineData("esc01", "accept")] // 3.1.1.3
    [InlineData("escnull", "accept")] // 3.1.1.4
    [InlineData("esc02", "501")] // 3.1.1.5
    [InlineData("lwsdisp", "accept")] // 3.1.1.6
    [InlineData("longreq", "accept")] // 3.1.1.7
    [InlineData("dblreq", "accept")] // 3.1.1.8
    [InlineData("semiuri", "accept")] // 3.1.1.9
    [InlineData("transports", "accept")] // 3.1.1.10
    [InlineData("mpart01", "accept")] // 3.1.1.11
    [InlineData("unreason", "accept")] // 3.1.1.12
    [InlineData("noreason", "accept")] // 3.1.1.13
    [InlineData("badinv01", "400")] // 3.1.2.1
    [InlineData("clerr", "400")] // 3.1.2.2
    [InlineData("ncl", "400")] // 3.1.2.3
    [InlineData("scalar02", "400")] // 3.1.2.4
    [InlineData("scalarlg", "drop")] // 3.1.2.5
    [InlineData("quotbal", "400")] // 3.1.2.6
    [InlineData("ltgtruri", "400")] // 3.1.2.7
    [InlineData("lwsruri", "400")] // 3.1.2.8
    [InlineData("lwsstart", "400")] // 3.1.2.9
    [InlineData("trws", "400")] // 3.1.2.10
    [InlineData("escruri", "400")] // 3.1.2.11
    [InlineData("baddate", "accept")] // 3.1.2.12: Date is not used
    [InlineData("regbadct", "400")] // 3.1.2.13
    [InlineData("badaspec", "400")] // 3.1.2.14
    [InlineData("baddn", "400")] // 3.1.2.15
    [InlineData("badvers", "505")] // 3.1.2.16
    [InlineData("mismatch01", "400")] // 3.1.2.17
    [InlineData("mismatch02", "501")] // 3.1.2.18
    [InlineData("bigcode", "drop")] // 3.1.2.19
    [InlineData("badbranch", "accept")] // 3.2.1: matched as RFC 2543 did
    [InlineData("insuf", "400")] // 3.3.1
    [InlineData("unkscm", "416")] // 3.3.2
    [InlineData("novelsc", "416")] // 3.3.3
    [InlineData("unksm2", "accept")] // 3.3.4: the registrar's own 400 comes later
    [InlineData("bext01", "420")] // 3.3.5
    [InlineData("invut", "415")] // 3.3.6
    [InlineData("regaut01", "accept")] // 3.3.7: a registrar that does not care for authentication
    [InlineData("multi01", "400")] // 3.3.8
    [InlineData("mcl01", "400")] // 3.3.9
    [InlineData("bcast", "drop")] // 3.3.10
    [InlineData("zeromf", "accept")] // 3.3.11: an endpoint processes it
    [InlineData("cparam01", "accept")] // 3.3.12
    [InlineData("cparam02", "accept")] // 3.3.13
    [InlineData("regescrt", "accept")] // 3.3.14
    [InlineData("sdp01", "406")] // 3.3.15
    [InlineData("inv2543", "accept")] // 3.4.1
    [InlineData("test", "drop")] // of the archive, not of the text: no version, no Via, nowhere to answer
    public void Message_gets_the_verdict_of_the_rfc(string name, string verdict) => Assert.Equal(verdict, Verdict(name, Registrar));

    [Fact]
    public void Every_message_of_the_corpus_has_a_verdict() => Assert.Equal(
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Corpora", "rfc4475"), "*.dat")
            .Select(Path.GetFileNameWithoutExtension).Order(),
        typeof(TortureTests).GetMethod(nameof(Message_gets_the_verdict_of_the_rfc))!
            .GetCustomAttributesData().Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => (string?)((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)[0].Value)
            .Order());

    [Fact] // RFC 4475 section 3.1.1.1
    public void Tortuous_invite_is_read_through_folds_blanks_and_odd_case()
    {
        var invite = Request("wsinv");

        Assert.Equal("sip:vivekg@chair-dnrc.example.com", invite.To.Uri.ToString());
        Assert.Equal("1918181833n", invite.To.Tag);
        Assert.Equal("J Rosenberg \\\"", invite.From.DisplayName);
        Assert.Equal("98asjd8", invite.From.Tag);
        Assert.Equal(68, invite.MaxForwards);
        Assert.Equal(new CSeq(9, SipMethod.Invite), invite.CSeq);
        Assert.Equal(
            ["SIP/2.0/UDP 192.0.2.2;branch=390skdjuw", "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8",
                "SIP/2.0/UDP 192.168.255.111;branch=z9hG4bK30239"],
            invite.Vias.Select(v => v.ToString()));
        Assert.Equal("", invite.Header("Subject"));
        Assert.Equal(";;,,;;,;", invite.Header("UnknownHeaderWithUnusualValue"));
        Assert.Equal("Quoted string \"\"", invite.Contact?.DisplayName);
        Assert.Equal("0.33", invite.Contact?.Parameter("q"));
        Assert.Equal("newvalue", invite.Contact?.Parameter("newparam"));
        Assert.True(invite.Contact?.HasParameter("secondparam"));
        Assert.True(invite.TryAddresses("Route", out var route));
        Assert.Equal("<sip:services.example.com;lr;unknownwith=value;unknown-no-value>", Assert.Single(route).ToString());
        Assert.Equal(150, invite.Body.Length);
        Assert.StartsWith("v=0\r\n", invite.SessionDescription);
    }

    [Fact] // RFC 4475 section 3.1.1.2
    public void Unusual_characters_are_kept_and_controls_of_a_display_name_dropped()
    {
        var request = Request("intmeth");

        Assert.Equal("!interesting-Method0123456789_*+`.%indeed'~", request.Method.Name);
        Assert.Equal("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*", request.RequestUri.User);
        Assert.Equal("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)", request.RequestUri.Password);
        Assert.Equal("example.com", request.RequestUri.Host);
        Assert.Equal("BEL: NUL: DEL:", request.To.DisplayName);
        Assert.Equal("token1~` token2'+_ token3*%!.-", request.From.DisplayName);
        Assert.Equal("_token~1'+`*%!-.", request.From.Tag);
        Assert.Equal("работающий", request.From.Parameter("fromParam''~+*_!.-%"));
        Assert.Equal("z9hG4bK-.!%66*_+`'~", request.TopVia.Branch);
        Assert.Equal("\uFEFF大停電", request.Header("extensionHeader-!.%*+_`'~"));

        var response = Assert.IsType<SipVerdict.Respond>(SipRequestChecks.Check(request, Registrar)).ToResponse(request, "t");
        Assert.StartsWith("INVITE, ACK, BYE", response.Header("Allow"));
        Assert.Equal(request.Header("From"), response.Header("From"));
        Assert.Equal(request.Header("To") + ";tag=t", response.Header("To"));
    }

    [Fact] // RFC 4475 section 3.1.1.3
    public void Escapes_are_decoded_where_they_are_escapes()
    {
        var invite = Request("esc01");

        Assert.Equal("sips:user@example.com", invite.RequestUri.User);
        Assert.Equal("sip:sips%3Auser%40example.com@example.net", invite.RequestUri.ToString());
        Assert.Equal("user", invite.To.Uri.User);
        Assert.Equal("I have spaces", invite.From.Uri.User);
        Assert.Equal("caller", invite.Contact?.Uri.User);
        Assert.Equal("<sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>", invite.Contact?.ToString());
    }

    [Fact] // RFC 4475 section 3.1.1.4, A-3
    public void Escaped_null_is_read_whole_and_marked_as_no_text()
    {
        var register = Request("escnull");

        Assert.Equal("null-\0-null", register.To.Uri.User);
        Assert.Equal("null-%00-null", register.To.Uri.RawUser);
        Assert.False(register.To.Uri.IsUserText);
        Assert.True(register.TryAddresses("Contact", out var contacts));
        Assert.Equal(["%00", "%00%00"], contacts.Select(c => c.Uri.RawUser!));
    }

    [Fact] // RFC 4475 section 3.1.1.5
    public void Percent_is_no_escape_in_methods_names_and_display_names()
    {
        var request = Request("esc02");

        Assert.Equal("RE%47IST%45R", request.Method.Name);
        Assert.Equal("%Z%45", request.To.DisplayName);
        Assert.Equal(2, request.HeaderValues("Contact").Count());
    }

    [Fact] // RFC 4475 sections 3.1.1.6, 3.1.1.7, 3.1.1.8, 3.1.1.9
    public void Long_joined_trailing_and_semicolon_parts_are_read_right()
    {
        Assert.Equal("caller", Request("lwsdisp").From.DisplayName);
        Assert.Equal(34, Request("longreq").Vias.Count());
        Assert.Equal(0, Request("dblreq").Body.Length);
        Assert.DoesNotContain("INVITE", Request("dblreq").ToString());
        Assert.Equal("user;par=u@example.net", Request("semiuri").RequestUri.User);
    }

    [Fact] // RFC 4475 section 3.1.1.10
    public void All_transports_are_read() =>
        Assert.Equal(["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"], Request("transports").Vias.Select(v => v.Transport));

    [Fact] // RFC 4475 section 3.1.1.11
    public void Binary_body_with_nulls_is_whole() => Assert.Equal(553, Request("mpart01").Body.Length);

    [Fact] // RFC 4475 section 3.1.1.12
    public void Phrase_in_utf8_is_kept() => Assert.Equal(
        "= 2**3 * 5**2 но сто девяносто девять - простое", Assert.IsType<SipResponse>(Parsed("unreason").Message).Phrase);

    [Fact] // RFC 4475 section 3.1.2.15, RFC 3261 section 8.2.6.2
    public void Refusal_of_a_malformed_header_copies_it_as_it_came()
    {
        var fault = Parsed("baddn").Fault;
        var response = fault!.ToResponse("t9");

        Assert.Equal(400, response.Status);
        Assert.Equal("Watson, Thomas <sip:t.watson@example.org>;tag=t9", response.Header("To"));
        Assert.Equal("Bell, Alexander <sip:a.g.bell@example.com>;tag=43", response.Header("From"));
    }

    [Fact] // RFC 4475 section 3.3.1
    public void Refusal_of_a_request_without_required_headers_has_what_there_is()
    {
        var response = Parsed("insuf").Fault!.ToResponse("t9");

        Assert.Equal("Missing or Malformed From", response.Phrase);
        Assert.False(response.HasHeader("Call-ID"));
        Assert.Equal("193942 INVITE", response.Header("CSeq"));
    }

    [Theory] // RFC 4475 sections 3.3.2, 3.3.3, 3.3.4
    [InlineData("unkscm", "nobodyKnowsThisScheme:totallyopaquecontent")]
    [InlineData("novelsc", "soap.beep://192.0.2.103:3002")]
    public void Unknown_schemes_are_kept_as_text(string name, string uri) =>
        Assert.Equal(uri.ToLowerInvariant(), Request(name).RequestUri.ToString().ToLowerInvariant());

    [Fact] // RFC 4475 section 3.3.5
    public void Unsupported_lists_what_require_asked_and_nothing_else()
    {
        var verdict = Assert.IsType<SipVerdict.Respond>(SipRequestChecks.Check(Request("bext01"), Registrar));

        Assert.Equal(new("Unsupported", "nothingSupportsThis, nothingSupportsThisEither"), Assert.Single(verdict.Headers));
    }

    [Fact] // RFC 4475 section 3.3.7
    public void Register_where_there_is_no_registrar_gets_405_and_allow()
    {
        var verdict = Assert.IsType<SipVerdict.Respond>(SipRequestChecks.Check(Request("regaut01"), new SipUasPolicy()));

        Assert.Equal(405, verdict.Status);
        Assert.Equal("Allow", Assert.Single(verdict.Headers).Key);
    }

    [Fact] // RFC 4475 sections 3.3.12, 3.3.13, 3.3.14
    public void Parameters_belong_to_header_or_uri_by_the_brackets()
    {
        var header = Request("cparam01").Contact;
        var uri = Request("cparam02").Contact;

        Assert.True(header!.HasParameter("unknownparam"));
        Assert.False(header.Uri.HasParameter("unknownparam"));
        Assert.False(uri!.HasParameter("unknownparam"));
        Assert.True(uri.Uri.HasParameter("unknownparam"));
        Assert.Equal("Route=%3Csip:sip.example.com%3E", Request("regescrt").Contact?.Uri.Headers);
    }

    [Fact] // RFC 4475 sections 3.2.1, 3.4.1, U-32
    public void Requests_of_old_peers_have_no_unique_branch()
    {
        Assert.False(Request("badbranch").TopVia.HasUniqueBranch);
        Assert.False(Request("inv2543").TopVia.HasUniqueBranch);
        Assert.Null(Request("inv2543").From.Tag);
        Assert.StartsWith("v=0", Encoding.UTF8.GetString(Request("inv2543").Body.Span));
    }
}
