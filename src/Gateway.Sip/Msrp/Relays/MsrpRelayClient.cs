using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Gateway.Sip.Digest;
using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Msrp.Wire;

namespace Gateway.Sip.Msrp.Relays;

/// <summary>
/// Asks our relay for paths, one for each session (RFC 4976 sections 5.1 and 9.1). On the loop only; no input or output of its own.
/// </summary>
internal sealed class MsrpRelayClient
{
    /// <summary>The registered port (RFC 4975 section 15.4), where the relay's name has none.</summary>
    private const int DefaultPort = 2855;

    private const int MostAttempts = 4;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly MsrpHub _hub;
    private readonly MsrpRelay _relay;
    private DigestChallenge? _challenge;
    private uint _uses;
    private MsrpPreparation _state = MsrpPreparation.Ready;
    private int _refusals;
    private long _quietUntil;

    public MsrpRelayClient(MsrpHub hub, MsrpRelay relay)
    {
        _hub = hub;
        _relay = relay;
        Target = new MsrpTarget(relay.Uri.IsSecure, relay.Uri.Host, relay.Uri.Port ?? DefaultPort, relay.Uri.Host);
    }

    public MsrpTarget Target { get; }

    /// <summary>Told when the relay's behaviour changes: what it does now, and the status it said, 0 for none.</summary>
    public Action<MsrpPreparation, int>? OnChanged { get; set; }

    /// <summary>Asks for a path. A relay that has refused is asked again after a pause only, which grows with every refusal.</summary>
    /// <param name="own">The session's own URI.</param>
    /// <param name="done">Called once: without a path when the relay refuses, is not reached, or does not answer.</param>
    public void Authorize(MsrpUri own, Action<MsrpAuthorization?, MsrpPreparation> done)
    {
        if (_refusals > 0 && _hub.Now < _quietUntil)
        {
            done(null, MsrpPreparation.RelayRefused);
            return;
        }

        Ask(new Request(own, done), _relay.Lifetime, attempt: 1);
    }

    private void Ask(Request request, TimeSpan lifetime, int attempt)
    {
        var connection = _hub.To(Target);
        var headers = ImmutableArray.Create(
            new MsrpHeader("Expires", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        if (_challenge is { } challenge)
        {
            headers = headers.Insert(0, new MsrpHeader("Authorization", Credentials(challenge)));
        }

        connection.SendAuth(
            _relay.Uri.ToString(), request.Own.ToString(), headers, response => OnAnswer(connection, request, lifetime, attempt, response));
    }

    private void OnAnswer(MsrpConnection connection, Request request, TimeSpan lifetime, int attempt, MsrpHead? response)
    {
        if (response?.Status == 200 && TryRead(response, connection, out var authorization))
        {
            _refusals = 0;
            Changed(MsrpPreparation.Ready, 200);
            request.Done(authorization with { Lifetime = Seconds(response.Header("Expires")) ?? lifetime }, MsrpPreparation.Ready);
        }
        else if (attempt < MostAttempts && response?.Status == 401 && TryTakeChallenge(response, isFirst: attempt == 1))
        {
            Ask(request, lifetime, attempt + 1);
        }
        else if (attempt < MostAttempts && response?.Status == 423
            && (Seconds(response.Header("Min-Expires")) ?? Seconds(response.Header("Max-Expires"))) is { } allowed)
        {
            Ask(request, allowed, attempt + 1);
        }
        else
        {
            _challenge = null;
            _hub.Metrics.RelayFailed();
            request.Done(null, response is null ? Silent(connection) : Refused(response.Status));
        }
    }

    /// <summary>No answer: a connection that is open all the same leads nowhere, and what runs over it had better know.</summary>
    private MsrpPreparation Silent(MsrpConnection connection)
    {
        connection.Link?.Close();
        return Changed(connection.IsUntrusted ? MsrpPreparation.RelayUntrusted : MsrpPreparation.RelayUnreachable, 0);
    }

    private MsrpPreparation Refused(int status)
    {
        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(_refusals++, 6)));
        _quietUntil = _hub.Now + (long)(pause < LongestPause ? pause : LongestPause).TotalMilliseconds;
        return Changed(MsrpPreparation.RelayRefused, status);
    }

    private MsrpPreparation Changed(MsrpPreparation state, int status)
    {
        if (_state != state)
        {
            _state = state;
            OnChanged?.Invoke(state, status);
        }

        return state;
    }

    private static bool TryRead(MsrpHead response, MsrpConnection connection, [NotNullWhen(true)] out MsrpAuthorization? authorization)
    {
        authorization = null;
        if (!MsrpPath.TryParse(response.Header("Use-Path") ?? "", out var outbound) || outbound.Uris.Any(u => u.Port is null))
        {
            return false;
        }

        authorization = new MsrpAuthorization(outbound, outbound.Reversed(), connection);
        return true;
    }

    /// <summary>A challenge after credentials is final, unless it says that only the nonce is old (MAPPING U-37).</summary>
    private bool TryTakeChallenge(MsrpHead response, bool isFirst)
    {
        var known = _challenge;
        var isTaken = DigestChallenge.TryParse(response.Header("WWW-Authenticate") ?? "", out var challenge)
            && challenge.Qop == "auth" && (known is null || challenge.IsStale || (isFirst && known.Nonce != challenge.Nonce));
        _challenge = isTaken ? challenge : null;
        _uses = 0;
        return isTaken;
    }

    /// <summary>What is asked for is the rightmost URI of To-Path (section 9.1).</summary>
    private string Credentials(DigestChallenge challenge)
    {
        var clientNonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return DigestCredentials.Text(
            challenge, _relay.Username, _relay.Password, new DigestUse("AUTH", _relay.Uri.ToString(), ++_uses, clientNonce, clientNonce));
    }

    private static TimeSpan? Seconds(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400))
            : null;

    private sealed record Request(MsrpUri Own, Action<MsrpAuthorization?, MsrpPreparation> Done);
}
