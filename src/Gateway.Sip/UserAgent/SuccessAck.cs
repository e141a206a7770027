using System.Collections.Immutable;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>
/// The ACK of a 2xx: outside any transaction, sent again for every repetition of the 2xx, with the INVITE's sequence
/// number and credentials (RFC 3261 section 13.2.2.4, MAPPING U-2).
/// </summary>
internal sealed class SuccessAck
{
    private readonly SipStack _stack;
    private readonly RequestTemplate _template;
    private readonly SipRequest _invite;
    private readonly SipFlow _inviteFlow;
    private ImmutableArray<SipDestination> _destinations;
    private SipRequest? _ack;

    public SuccessAck(SipStack stack, Dialog dialog, SipRequest invite, SipFlow inviteFlow)
    {
        _stack = stack;
        _template = dialog.Request(SipMethod.Ack);
        _invite = invite;
        _inviteFlow = inviteFlow;
    }

    /// <summary>Sends it, once its address is known.</summary>
    public void Send()
    {
        if (!_destinations.IsDefault)
        {
            Transmit();
            return;
        }

        var finding = _stack.Resolver.ResolveAsync(_template.NextHop, CancellationToken.None);
        if (finding.IsCompletedSuccessfully)
        {
            _destinations = finding.Result;
            Transmit();
        }
        else
        {
            _ = FindAsync(finding);
        }
    }

    private async Task FindAsync(ValueTask<ImmutableArray<SipDestination>> finding)
    {
        var found = await finding.ConfigureAwait(false);
        _stack.Loop.Post(() =>
        {
            _destinations = found;
            Transmit();
        });
    }

    /// <summary>A Contact that cannot be reached from here leaves the way of the INVITE.</summary>
    private void Transmit()
    {
        var flow = _destinations
            .Select(destination => _stack.Network.Open(destination.Transport, destination.EndPoint))
            .FirstOrDefault(open => open is not null) ?? _inviteFlow;
        var again = _ack is not null;
        _ack ??= _template.Build(
            _stack.Names.Via(flow), contact: null, _invite.CSeq.Number, _stack.Options.UserAgentName, Credentials());
        _stack.Wire.Send(flow, _ack.Raw, failed: null, again);
    }

    private ImmutableArray<KeyValuePair<string, string>> Credentials() => _invite.Header(SipHeaders.Authorization) is null
        && _invite.Header(SipHeaders.ProxyAuthorization) is null ? [] :
        [.. _invite.Headers.Where(header => header.Key is SipHeaders.Authorization or SipHeaders.ProxyAuthorization)];
}
