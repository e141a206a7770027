using System.Collections.Immutable;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>What a user agent server understands.</summary>
public sealed record SipUasPolicy
{
    /// <summary>Methods it serves: Allow, in this order.</summary>
    public ImmutableArray<SipMethod> Methods { get; init; } =
    [
        SipMethod.Invite, SipMethod.Ack, SipMethod.Bye, SipMethod.Cancel, SipMethod.Options, SipMethod.Update, SipMethod.Prack,
        SipMethod.Info, SipMethod.Refer, SipMethod.Notify,
    ];

    /// <summary>Option tags it supports (RFC 3261 section 19.2), lower case.</summary>
    public ImmutableArray<string> Extensions { get; init; } = ["100rel", "replaces", "timer"];

    /// <summary>Schemes it takes in a Request-URI.</summary>
    public ImmutableArray<string> Schemes { get; init; } = ["sip", "sips", "tel"];

    /// <summary>Value of Allow.</summary>
    public string Allow => string.Join(", ", Methods.Select(m => m.Name));
}

/// <summary>
/// Inspection of a request by a user agent server, in the order of RFC 3261 section 8.2: method, Request-URI, Require,
/// content. Pure: merged requests and dialogs need memory and are the transaction user's business.
/// </summary>
public static class SipRequestChecks
{
    /// <summary>The verdict on a request outside or inside a dialog.</summary>
    public static SipVerdict Check(SipRequest request, SipUasPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policy);
        var refusal = CheckMethod(request, policy)
            ?? CheckRequestUri(request, policy)
            ?? CheckAddresses(request)
            ?? CheckMaxForwards(request)
            ?? CheckRequire(request, policy)
            ?? CheckContent(request)
            ?? CheckAccept(request);
        return refusal is null ? SipVerdict.Accept.Instance
            : request.Method == SipMethod.Ack ? SipVerdict.Drop.Instance
            : refusal;
    }

    /// <summary>
    /// What two requests share that are one request come by two ways (RFC 3261 section 8.2.2.2, U-42): compare it only
    /// for requests without To tag and with different branches.
    /// </summary>
    public static (string CallId, string? FromTag, CSeq CSeq) MergeKey(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (request.CallId, request.From.Tag, request.CSeq);
    }

    private static SipVerdict.Respond? CheckMethod(SipRequest request, SipUasPolicy policy)
    {
        if (policy.Methods.Contains(request.Method))
        {
            return null;
        }

        var status = request.Method.IsRegistered ? 405 : 501;
        return new(status, SipPhrases.Of(status)) { Headers = [new(SipHeaders.Allow, policy.Allow)] };
    }

    private static SipVerdict.Respond? CheckRequestUri(SipRequest request, SipUasPolicy policy)
    {
        if (!policy.Schemes.Contains(request.RequestUri.Scheme))
        {
            return new(416, SipPhrases.Of(416));
        }

        // RFC 3261 section 19.1.1, table 1: no headers in a Request-URI.
        return request.RequestUri.Headers is null ? null : new(400, "Headers in Request-URI");
    }

    private static SipVerdict.Respond? CheckAddresses(SipRequest request)
    {
        var isStar = request.Method == SipMethod.Register && request.Header(SipHeaders.Contact) == "*";
        if (!isStar && (!request.TryAddresses(SipHeaders.Contact, out var contacts)
            || (request.Method == SipMethod.Invite && contacts.Length > 1)))
        {
            return new(400, "Malformed Contact");
        }

        foreach (var name in (ReadOnlySpan<string>)[SipHeaders.Route, SipHeaders.RecordRoute])
        {
            if (!request.TryAddresses(name, out _))
            {
                return new(400, "Malformed " + name);
            }
        }

        return null;
    }

    /// <summary>What goes on through the gateway spends a hop (U-40); what ends here is served all the same (RFC 4475 section 3.3.11).</summary>
    private static SipVerdict.Respond? CheckMaxForwards(SipRequest request)
    {
        var goesOn = request.To.Tag is null && (request.Method == SipMethod.Invite || request.Method == SipMethod.Message
            || request.Method == SipMethod.Subscribe || request.Method == SipMethod.Refer);
        return goesOn && request.MaxForwards == 0 ? new(483, SipPhrases.Of(483)) : null;
    }

    /// <summary>U-21: never for CANCEL or ACK (RFC 3261 section 8.2.2.3).</summary>
    private static SipVerdict.Respond? CheckRequire(SipRequest request, SipUasPolicy policy)
    {
        if (request.Method == SipMethod.Cancel || request.Method == SipMethod.Ack || !request.HasHeader(SipHeaders.Require))
        {
            return null;
        }

        List<string> unknown = [.. request.HeaderValues(SipHeaders.Require)
            .Where(tag => !policy.Extensions.Contains(tag, StringComparer.OrdinalIgnoreCase))];
        if (unknown.Exists(tag => !SipSyntax.IsToken(tag)))
        {
            return new(400, "Malformed Require");
        }

        return unknown.Count == 0 ? null : new(420, SipPhrases.Of(420))
        {
            Headers = [new(SipHeaders.Unsupported, string.Join(", ", unknown))],
        };
    }

    /// <summary>RFC 3261 section 8.2.3: only bodies that carry a session description are ours to judge here.</summary>
    private static SipVerdict.Respond? CheckContent(SipRequest request)
    {
        if (request.Body.IsEmpty || !CarriesDescription(request.Method) || IsOptional(request))
        {
            return null;
        }

        if (request.HeaderValues(SipHeaders.ContentEncoding).Any(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            return new(415, SipPhrases.Of(415)) { Headers = [new(SipHeaders.AcceptEncoding, "identity")] };
        }

        return request.HasSessionDescription ? null : new(415, SipPhrases.Of(415))
        {
            Headers = [new(SipHeaders.Accept, "application/sdp")],
        };
    }

    private static bool CarriesDescription(SipMethod method) =>
        method == SipMethod.Invite || method == SipMethod.Update || method == SipMethod.Prack || method == SipMethod.Ack;

    private static bool IsOptional(SipRequest request)
    {
        var value = request.Header(SipHeaders.ContentDisposition);
        var semicolon = value?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        return semicolon >= 0
            && SipParameters.TryParseHeader(Encoding.UTF8.GetBytes(value![semicolon..]), out var parameters)
            && SipParameters.TryGet(parameters, "handling", out var handling)
            && string.Equals(handling, "optional", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>RFC 4475 section 3.3.15: a caller that takes no session description cannot be answered.</summary>
    private static SipVerdict.Respond? CheckAccept(SipRequest request)
    {
        if (request.Method != SipMethod.Invite || !request.HasHeader(SipHeaders.Accept)
            || request.HeaderValues(SipHeaders.Accept).Any(v => SipMediaType.Of(v) is "application/sdp" or "application/*" or "*/*"))
        {
            return null;
        }

        return new(406, SipPhrases.Of(406))
        {
            Headers = [new(SipHeaders.Warning, "399 gateway \"Only application/sdp can be answered\"")],
        };
    }
}
