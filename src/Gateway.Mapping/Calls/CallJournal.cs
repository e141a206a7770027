using Gateway.Mapping.State;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;
using System.Xml.Linq;

namespace Gateway.Mapping.Calls;

/// <summary>
/// Keeps what the XMPP side has to be told of a call if the process dies in the middle of it: else its client shows the call as
/// running for a day (MAPPING J-13, J-14).
/// </summary>
internal sealed class CallJournal(IStateJournal? journal)
{
    private static readonly JingleReasonInfo CutOff = new(JingleReason.ConnectivityError, "The gateway was restarted");

    /// <summary>After every transition.</summary>
    public void Changed(CallParties parties, Call before, Call next)
    {
        var was = StageOf(before);
        var now = StageOf(next);
        if (journal is null
            || (was == now && before.Sid == next.Sid && before.Device == next.Device && before.Namespace == next.Namespace))
        {
            return;
        }

        if (was is not null && (now is null || before.Sid != next.Sid))
        {
            journal.Write(new StoreChange.ForgetCall(before.Sid, parties.Contact));
        }

        if (now is { } stage)
        {
            journal.Write(new StoreChange.KeepCall(new CallRecord(
                next.Sid, next.Device, parties.Contact,
                next.UsesMessageInitiation ? JingleMessageNamespaces.Of(next.Namespace).NamespaceName : null, stage)));
        }
    }

    /// <summary>The call has been told to be over.</summary>
    public void Told(CallRecord call) => journal?.Write(new StoreChange.ForgetCall(call.Id, call.Contact));

    /// <summary>What tells the user that a call of an earlier process is over.</summary>
    public static IEnumerable<XElement> Farewell(CallRecord call)
    {
        if (call.Stage == CallStage.Taken && call.User.IsFull)
        {
            yield return new XElement(
                "iq", new XAttribute("type", "set"), new XAttribute("from", call.Contact.ToString()), new XAttribute("to", call.User.ToString()),
                JingleWriter.Write(new JingleElement(JingleAction.SessionTerminate, call.Id) { Reason = CutOff }));
        }

        if (call.Namespace is null || !JingleMessageNamespaces.TryParse(call.Namespace, out var dialect))
        {
            yield break;
        }

        JingleMessage message = call.Stage switch
        {
            CallStage.Proposed => new JingleMessage.Retract(call.Id, CutOff),
            CallStage.Calling => new JingleMessage.Reject(call.Id, CutOff),
            _ => new JingleMessage.Finish(call.Id, CutOff),
        };
        var to = dialect == JingleMessageNamespace.V1 ? call.User.Bare : call.User;

        // Which namespaces a propose went out in is not kept: both, as the retract of the other meets nobody (J-3).
        JingleMessageNamespace[] dialects = call.Stage == CallStage.Proposed && !call.User.IsFull
            ? [JingleMessageNamespace.V0, JingleMessageNamespace.V1]
            : [dialect];
        yield return JingleMessageStanzas.Build(call.Contact.ToString(), to.ToString(), message, dialects);
    }

    private static CallStage? StageOf(Call call) => CallLegs.Xmpp(call.State) switch
    {
        XmppLeg.TheirPropose => CallStage.Calling,
        XmppLeg.OurPropose => CallStage.Proposed,
        XmppLeg.TheirProceed or XmppLeg.Jingle => CallStage.Taken,
        _ when call.State == CallState.AwaitingMigration => CallStage.Taken,
        _ => null,
    };
}
