using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Msrp.Negotiation;
using Gateway.Sip.Msrp.Wire;
using Gateway.Sip.Sdp;

namespace Gateway.Sip.Msrp.Sessions;

/// <summary>What a session needs of its endpoint.</summary>
internal interface IMsrpHome
{
    MsrpHub Hub { get; }

    /// <summary>Runs work on the loop.</summary>
    void Post(Action work);

    /// <summary>A URI that is nobody's yet.</summary>
    MsrpUri NewUri(bool isSecure);

    /// <summary>Whether peers can reach us by TLS, or in the clear.</summary>
    bool CanListen(bool isSecure);

    /// <summary>Of our certificate; null without TLS.</summary>
    MsrpFingerprint? Fingerprint { get; }

    /// <summary>Null without a relay.</summary>
    Relays.MsrpRelayClient? Relay { get; }
}

/// <summary>
/// A session as its owner holds it. Offers and answers are made here, one at a time as signalling does; everything else goes to
/// the loop.
/// </summary>
internal sealed class MsrpSession : IMsrpSession
{
    /// <summary>A relay that does not renew a path now may do so before the path ends.</summary>
    private static readonly TimeSpan RenewAgain = TimeSpan.FromSeconds(15);

    private readonly IMsrpHome _home;
    private readonly IMsrpSink _sink;
    private readonly SendRoom _room;
    private readonly MsrpSessionCore _core;
    private readonly MsrpDescription _description;
    private readonly MsrpOptions _options;
    private MsrpTerms _terms;
    private MsrpUri _uri;
    private MsrpSetup _offeredSetup;
    private bool _offeredCema;
    private bool _withoutCema;
    private volatile MsrpMedia? _remote;
    private volatile Relays.MsrpAuthorization? _authorization;
    private volatile bool _closed;

    public MsrpSession(IMsrpHome home, MsrpTerms terms, IMsrpSink sink)
    {
        _home = home;
        _sink = sink;
        _terms = terms;
        _options = home.Hub.Options;
        _room = new SendRoom(home.Hub.Limits);
        _core = new MsrpSessionCore(home.Hub, terms, sink, _room);
        _description = new MsrpDescription(
            RandomNumberGenerator.GetInt32(int.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture));
        _uri = home.NewUri(_options.Relay?.Uri.IsSecure ?? (_options.OfferTls && home.CanListen(isSecure: true)));
        Register(_uri, before: null);
    }

    public MsrpPath LocalPath => _authorization is { } a ? a.Inbound.Then(new MsrpPath(_uri)) : new MsrpPath(_uri);

    public MsrpMedia? Remote => _remote;

    public bool IsConnected => _core.IsConnected;

    public async ValueTask<MsrpPreparation> PrepareAsync(CancellationToken cancellationToken)
    {
        if (!_closed && _home.Relay is not null && _authorization is not { IsValid: true })
        {
            var done = new TaskCompletionSource<(Relays.MsrpAuthorization?, MsrpPreparation)>(TaskCreationOptions.RunContinuationsAsynchronously);
            Authorize((authorization, result) => done.SetResult((authorization, result)));
            (_authorization, var result) = await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (_authorization is null)
            {
                return result;
            }
        }

        return _closed ? MsrpPreparation.Closed : MsrpPreparation.Ready;
    }

    public void TakeNewPath()
    {
        _authorization = null; // it is for the URI that asked for it
        Move(_uri.IsSecure);
    }

    public string Offer(MsrpTerms? terms = null)
    {
        SetTerms(terms);
        CheckPrepared();
        _offeredSetup = _options.IsBehindNat && _home.Relay is null ? MsrpSetup.Active : MsrpSetup.ActPass;
        _offeredCema = _options.Cema && !_withoutCema;
        Expect();
        return Describe(_offeredSetup, _offeredCema);
    }

    public void Expect() => _home.Post(_core.Expect);

    public void KeepDescription() => _home.Post(_core.Keep);

    public bool TryAcceptAnswer(string description, out string fault)
    {
        if (!SdpSession.TryParse(description, out var session, out var wrong))
        {
            fault = wrong;
            return false;
        }

        if (session.Media.Length <= _description.Index || session.Media[_description.Index] is { IsRefused: true }
            || !MsrpMediaReader.IsMsrp(session.Media[_description.Index]))
        {
            fault = "the message stream was refused";
            return false;
        }

        if (!MsrpMediaReader.TryRead(session, _description.Index, out var remote, out wrong))
        {
            fault = wrong;
            return false;
        }

        fault = "";
        var connects = MsrpRoles.OffererConnects(_offeredSetup, remote.Setup);
        Settle(remote, connects, usesCema: _offeredCema && remote.HasCema && _home.Relay is null);
        if (_offeredCema && MsrpRoles.IsTamperedWith(remote) && (!connects || _home.Relay is not null || remote.Path.Uris.Length > 1))
        {
            _withoutCema = true; // RFC 6714 section 4.2: offer again without it
            _sink.OnReofferNeeded();
        }

        return true;
    }

    public bool TryAnswer(string offer, MsrpTerms? terms, out string answer, out MsrpRefusal fault)
    {
        answer = "";
        if (!SdpSession.TryParse(offer, out var session, out var wrong))
        {
            fault = new MsrpRefusal(400, wrong);
            return false;
        }

        if (!TryChoose(session, out var remote, out wrong))
        {
            fault = new MsrpRefusal(488, wrong);
            return false;
        }

        fault = default;
        var setup = _home.Relay is null ? MsrpRoles.Answer(remote.Setup, _options.IsBehindNat) : MsrpRoles.Answer(remote.Setup, isBehindNat: false);
        if (_home.Relay is null && remote.Path.First.IsSecure != _uri.IsSecure)
        {
            Move(remote.Path.First.IsSecure);
        }

        SetTerms(terms);
        CheckPrepared();
        _description.TakeShape(session.Media, remote.Index);
        var isRelayedOffer = remote.Path.Uris.Length > 1;
        var cema = _options.Cema && remote.HasCema
            && !(isRelayedOffer && (_home.Relay is not null || remote.Setup is MsrpSetup.Active or MsrpSetup.Unstated))
            && !(_home.Relay is not null && setup == MsrpSetup.Active);
        answer = Describe(setup, cema);
        Settle(remote, connects: setup == MsrpSetup.Active, usesCema: cema && _home.Relay is null);
        return true;
    }

    public MsrpSendResult Send(MsrpOutgoingMessage message)
    {
        Check(message);
        var remote = _remote;
        if (_closed)
        {
            return MsrpSendResult.Closed;
        }

        if (remote is not null && !remote.Accepts(message.ContentType))
        {
            return MsrpSendResult.TypeNotAccepted;
        }

        if (remote is not null && message.Body.Length > remote.MaxSize)
        {
            return MsrpSendResult.TooLarge;
        }

        if (remote is not null && !remote.TakesContent && !message.IsControl)
        {
            return MsrpSendResult.OnHold;
        }

        if (!_room.TryEnter(message.Body.Length))
        {
            return MsrpSendResult.QueueFull;
        }

        _home.Post(() => _core.Send(message));
        return MsrpSendResult.Queued;
    }

    public void Succeed(MsrpIncomingMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _home.Post(() => _core.Report(message, 200));
    }

    public void Fail(MsrpIncomingMessage message, int status)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.RefusedTooLate(status))
        {
            _home.Post(() => _core.Report(message, status));
        }
    }

    public void Close()
    {
        if (!_closed)
        {
            _closed = true;
            var uri = _uri;
            _home.Post(() =>
            {
                _core.Close();
                _home.Hub.Unregister(_core, uri);
            });
        }
    }

    private static void Check(MsrpOutgoingMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!MsrpSyntax.IsIdent(message.MessageId) || !MsrpSyntax.IsText(message.ContentType)
            || !message.ContentType.Contains('/', StringComparison.Ordinal)
            || message.Headers.Any(h => !MsrpSyntax.IsHeaderName(System.Text.Encoding.UTF8.GetBytes(h.Name)) || !MsrpSyntax.IsText(h.Value)))
        {
            throw new ArgumentException("the Message-ID, the type or a header field cannot be written", nameof(message));
        }
    }

    /// <summary>The first stream that can be used; of several faults the first is told.</summary>
    private bool TryChoose(SdpSession session, [NotNullWhen(true)] out MsrpMedia? remote, [NotNullWhen(false)] out string? fault)
    {
        remote = null;
        fault = null;
        for (var i = 0; i < session.Media.Length; i++)
        {
            if (session.Media[i].IsRefused || !MsrpMediaReader.IsMsrp(session.Media[i]))
            {
                continue;
            }

            if (!MsrpMediaReader.TryRead(session, i, out var read, out var wrong))
            {
                fault ??= wrong;
            }
            else if (_options is { Cema: true, MatchSessionIdOnly: false } && MsrpRoles.IsTamperedWith(read))
            {
                fault ??= "c= and m= name another place than a=path, without a=msrp-cema";
            }
            else if (_home.Relay is null && !_home.CanListen(read.Path.First.IsSecure))
            {
                fault ??= "there is no listener for this transport";
            }
            else
            {
                remote = read;
                return true;
            }
        }

        fault ??= "there is no message stream";
        return false;
    }

    private void Settle(MsrpMedia remote, bool connects, bool usesCema)
    {
        _remote = remote;
        var relay = _home.Relay?.Target;
        var toPath = _authorization is { } a ? a.Outbound.Then(remote.Path) : remote.Path;
        var plan = new MsrpPlan(
            _terms, LocalPath, remote, toPath, connects ? MsrpRoles.Target(remote, usesCema, relay) : null, relay is not null);
        _home.Post(() => _core.Describe(plan));
    }

    private string Describe(MsrpSetup setup, bool cema)
    {
        var path = LocalPath;

        // Whom peers connect to is the relay, and its certificate is not ours.
        var fingerprint = path.First.IsSecure && _home.Relay is null ? _home.Fingerprint : null;
        return _description.Build(new MsrpLocal(_terms, path, setup, cema, fingerprint)).ToString();
    }

    private void SetTerms(MsrpTerms? terms)
    {
        if (terms is not null)
        {
            _terms = terms;
            _home.Post(() => _core.SetTerms(terms));
        }
    }

    private void Move(bool isSecure)
    {
        var before = _uri;
        _uri = _home.NewUri(isSecure);
        Register(_uri, before);
    }

    private void Register(MsrpUri uri, MsrpUri? before) => _home.Post(() => _home.Hub.Register(_core, uri, before));

    private void CheckPrepared()
    {
        if (_home.Relay is not null && _authorization is null)
        {
            throw new InvalidOperationException("Behind a relay a session is prepared before it is described.");
        }
    }

    /// <summary>Asks the relay for a path, and at half of its lifetime for the next (RFC 4976 section 9.4).</summary>
    private void Authorize(Action<Relays.MsrpAuthorization?, MsrpPreparation> done)
    {
        var uri = _uri;
        _home.Post(() => _home.Relay!.Authorize(uri, (authorization, result) =>
        {
            if (authorization is not null)
            {
                _core.Later(authorization.Lifetime / 2, () => Renew(authorization));
            }

            done(authorization, result);
        }));
    }

    /// <summary>On the loop. A path that was replaced meanwhile is left to end.</summary>
    private void Renew(Relays.MsrpAuthorization old)
    {
        if (_authorization != old || !old.IsValid)
        {
            return;
        }

        Authorize((renewed, _) =>
        {
            if (renewed is null)
            {
                _core.Later(RenewAgain, () => Renew(old));
            }
            else if (_authorization == old)
            {
                _authorization = renewed;
                if (!renewed.Outbound.Equals(old.Outbound))
                {
                    _sink.OnReofferNeeded();
                }
            }
        });
    }
}
