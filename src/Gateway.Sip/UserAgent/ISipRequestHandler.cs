using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>Serves requests outside dialogs that are neither INVITE nor its companions: MESSAGE, SUBSCRIBE, NOTIFY and their like.</summary>
public interface ISipRequestHandler
{
    /// <summary>The methods it serves; they are added to Allow.</summary>
    ImmutableArray<SipMethod> Methods { get; }

    /// <summary>Called from the stack's loop after the checks of RFC 3261 section 8.2: must return at once.</summary>
    void OnRequest(ISipServerRequest request);
}

/// <summary>One request to answer, once.</summary>
public interface ISipServerRequest
{
    /// <summary>The request; its topmost Via holds received and rport.</summary>
    SipRequest Request { get; }

    /// <summary>Address that it came from.</summary>
    IPEndPoint Source { get; }

    /// <summary>What it came by.</summary>
    SipTransportKind Transport { get; }

    /// <summary>Answers it; from any thread, returns at once. Only the first answer counts.</summary>
    /// <param name="status">Final status, 200 to 699.</param>
    /// <param name="phrase">Reason phrase; default: the usual one.</param>
    /// <param name="headers">Further header fields; no CR or LF.</param>
    /// <param name="contentType">Type of the body, or null for none.</param>
    /// <param name="body">The body.</param>
    void Respond(
        int status, string? phrase = null, ImmutableArray<KeyValuePair<string, string>> headers = default,
        string? contentType = null, ReadOnlyMemory<byte> body = default);
}
