using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.Transactions;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Registrations;

/// <summary>Carries out what <see cref="Registrar"/> says: one account on the stack.</summary>
internal sealed class Registration : ISipRegistration, IClientRequestUser
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly SipStack _stack;
    private readonly NameAddr _from;
    private readonly string _callId = SipIdentifiers.CallId();
    private readonly DigestClient? _digest;
    private readonly SubscriptionTimers<RegistrationTimer> _timers;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Registrar _table;
    private RegistrationStatus _status = new(RegistrationPhase.Registering);
    private uint _cseq;

    public Registration(SipStack stack, SipAccount account)
    {
        _stack = stack;
        Account = account;
        _from = account.Address.WithTag(SipIdentifiers.Tag());
        _digest = account.Credentials is { } known ? new DigestClient(known.Username, known.Password) : null;
        _timers = new(stack.Loop, timer => Run(new RegistrationInput.Fired(timer)));
        _table = new Registrar(RegistrationState.Idle, account.Expires);
    }

    public SipAccount Account { get; }

    public RegistrationStatus Status => Volatile.Read(ref _status);

    /// <summary>On the loop.</summary>
    public void Start() => Run(new RegistrationInput.Begin());

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        _stack.Loop.Post(() => Run(new RegistrationInput.End()));
        try
        {
            await _ended.Task.WaitAsync(Farewell, _stack.Loop.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception impatience) when (impatience is TimeoutException or OperationCanceledException)
        {
            // The binding ends with its time.
        }
    }

    public void OnResponse(ClientRequest request, SipResponse response)
    {
        if (response.IsSuccess)
        {
            Run(new RegistrationInput.Succeeded(GrantedBy(response)));
        }
        else if (response.IsFinal)
        {
            Run(new RegistrationInput.Failed(
                SipFailures.Of(response), response.Number(SipHeaders.MinExpires) is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
        }
    }

    public void OnFailure(ClientRequest request, SipFailure failure) => Run(new RegistrationInput.Failed(failure));

    /// <summary>The expires parameter of our Contact, else Expires, else what was asked (RFC 3261 sections 10.2.4, 10.3 step 8).</summary>
    private TimeSpan GrantedBy(SipResponse response)
    {
        response.TryAddresses(SipHeaders.Contact, out var contacts);
        var ours = contacts.FirstOrDefault(contact => contact.Uri.User == Account.Address.Uri.User
            && _stack.Names.IsOurs(contact.Uri)) ?? (contacts.Length == 1 ? contacts[0] : null);
        return uint.TryParse(ours?.Parameter("expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || (response.Expires is { } header && (seconds = header) > 0)
                ? TimeSpan.FromSeconds(Math.Clamp(seconds, 10, 604_800))
                : _table.Expires;
    }

    private void Run(RegistrationInput input)
    {
        (_table, var todo) = _table.On(input);
        foreach (var effect in todo)
        {
            Do(effect);
        }
    }

    private void Do(RegistrationEffect effect)
    {
        switch (effect)
        {
            case RegistrationEffect.SendRegister send:
                new ClientRequest(_stack, Register(send.Expires), () => ++_cseq, _digest, this).Start();
                break;
            case RegistrationEffect.Arm arm:
                _timers.Arm(arm.Timer, arm.After);
                break;
            case RegistrationEffect.ArmByChance arm:
                _timers.Arm(arm.Timer, arm.After * (0.5 + (Random.Shared.NextDouble() / 2)));
                break;
            case RegistrationEffect.Disarm disarm:
                _timers.Disarm(disarm.Timer);
                break;
            case RegistrationEffect.Say say:
                Say(new RegistrationStatus(say.Phase, say.Failure));
                break;
        }
    }

    private void Say(RegistrationStatus status)
    {
        var before = _status;
        Volatile.Write(ref _status, status);
        _stack.Loop.Metrics.RegistrationsChanged(
            (status.Phase == RegistrationPhase.Registered ? 1 : 0) - (before.Phase == RegistrationPhase.Registered ? 1 : 0));
        if (status.Failure is { } failure)
        {
            _stack.Loop.Metrics.RegistrationFailed();
            _stack.Log.RegistrationFailed(Account.Name, failure.Status, failure.Phrase);
        }
        else if (before.Phase != status.Phase)
        {
            _stack.Log.RegistrationChanged(Account.Name, status.Phase);
        }

        if (status.Phase == RegistrationPhase.Ended)
        {
            _ended.TrySetResult();
        }
    }

    private RequestTemplate Register(TimeSpan expires) => new(SipMethod.Register, Account.Registrar, _from, Account.Address.WithTag(null), _callId)
    {
        NextHop = Account.NextHop ?? Account.Registrar,
        ContactUser = Account.Address.Uri,
        Headers = [new(SipHeaders.Expires, ((long)expires.TotalSeconds).ToString(CultureInfo.InvariantCulture))],
    };
}
