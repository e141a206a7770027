using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.UserAgent;

/// <summary>What every call of an endpoint shares. Used on the loop only.</summary>
internal sealed class SipStack
{
    private Action? _idle;

    public SipStack(
        SipEndpointOptions options, ISipLoop loop, ISipNetwork network, ISipResolver resolver, ISipMessageTap? tap, ILogger logger)
    {
        Options = options;
        Loop = loop;
        Network = network;
        Resolver = resolver;
        Log = new SipLog(logger, loop.Time);
        Wire = new SipWire(loop, tap, Log);
        Transactions = new TransactionLayer(loop, network, options.Timers, Wire);
        Dialogs = new DialogTable(loop);
        Names = new LocalNames(options);
        Subscriptions = new SubscriptionTable(this);
    }

    public SipEndpointOptions Options { get; }

    public ISipLoop Loop { get; }

    public ISipNetwork Network { get; }

    public ISipResolver Resolver { get; }

    public SipLog Log { get; }

    public SipWire Wire { get; }

    public TransactionLayer Transactions { get; }

    public DialogTable Dialogs { get; }

    public LocalNames Names { get; }

    /// <summary>What we understand (RFC 3261 section 8.2); a request handler adds its methods.</summary>
    public SipUasPolicy Policy { get; set; } = new()
    {
        Methods =
        [
            SipMethod.Invite, SipMethod.Ack, SipMethod.Bye, SipMethod.Cancel, SipMethod.Options, SipMethod.Update, SipMethod.Info,
        ],
        Extensions = ["gruu", "replaces", "timer"],
        Schemes = ["sip", "tel"], // sips would need TLS on every hop (MAPPING U-35)
    };

    /// <summary>Calls in progress, for shutdown and for the limit.</summary>
    public HashSet<IStackCall> Calls { get; } = [];

    /// <summary>Subscriptions, ours and the peers' (RFC 6665).</summary>
    public SubscriptionTable Subscriptions { get; }

    /// <summary>Set on shutdown: nothing new is begun for peers.</summary>
    public bool IsDraining { get; set; }

    public SipTimers Timers => Options.Timers;

    public void Add(IStackCall call)
    {
        Calls.Add(call);
        Loop.Metrics.CallsChanged(1);
    }

    public void Remove(IStackCall call)
    {
        if (Calls.Remove(call))
        {
            Loop.Metrics.CallsChanged(-1);
            CallIfIdle();
        }
    }

    /// <summary>Calls back once, now or when the last call and the last subscription are over.</summary>
    public void WhenIdle(Action idle)
    {
        _idle = idle;
        CallIfIdle();
    }

    public void CallIfIdle()
    {
        if (Calls.Count == 0 && Subscriptions.Count == 0)
        {
            _idle?.Invoke();
            _idle = null;
        }
    }
}

/// <summary>A call as the stack's own housekeeping sees it.</summary>
internal interface IStackCall
{
    /// <summary>Nobody owns the call any more: end it in whatever way its state asks for.</summary>
    void Abandon();
}
