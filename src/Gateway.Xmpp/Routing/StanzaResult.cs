using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Routing;

/// <summary>What a handler did with a stanza. A closed set.</summary>
public abstract record StanzaResult
{
    private StanzaResult()
    {
    }

    /// <summary>Taken. On an IQ request: an empty result is sent at once.</summary>
    public static StanzaResult Done { get; } = new Taken();

    /// <summary>Not this handler's after all: a message goes on to its next payload, an IQ is refused as unknown.</summary>
    public static StanzaResult Pass { get; } = new NotTaken();

    /// <summary>Answers an IQ with type='result' and this payload (none: an empty result).</summary>
    public static StanzaResult Reply(XElement? payload = null) => new Answer(payload);

    /// <summary>Answers a message or an IQ with type='error'.</summary>
    public static StanzaResult Error(StanzaError error) => new Refusal(error);

    /// <summary>Answers a message or an IQ with type='error'.</summary>
    public static StanzaResult Error(StanzaErrorCondition condition, string? text = null) =>
        new Refusal(new StanzaError(condition, text));

    /// <summary>
    /// The IQ is answered later, by the responder, from any thread and exactly once; when that has not happened after
    /// <paramref name="within"/> (default: <see cref="IqResponder.DefaultPatience"/>) the router answers remote-server-timeout.
    /// </summary>
    public static StanzaResult Deferred(out IqResponder responder, TimeSpan? within = null)
    {
        responder = new IqResponder(within ?? IqResponder.DefaultPatience);
        return new Later(responder);
    }

    internal sealed record Taken : StanzaResult;

    internal sealed record NotTaken : StanzaResult;

    internal sealed record Answer(XElement? Payload) : StanzaResult;

    internal sealed record Refusal(StanzaError Fault) : StanzaResult;

    internal sealed record Later(IqResponder Responder) : StanzaResult;
}
