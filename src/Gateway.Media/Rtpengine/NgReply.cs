using Gateway.Media.Relay;

namespace Gateway.Media.Rtpengine;

/// <summary>What became of a request.</summary>
internal abstract record NgReply
{
    /// <summary>Longest part of an engine's error text worth a place in a log.</summary>
    private const int MaxReason = 200;

    private NgReply()
    {
    }

    /// <summary>Carried out.</summary>
    internal sealed record Done(BencodeValue.Dictionary Body) : NgReply;

    /// <summary>Answered by an error.</summary>
    internal sealed record Failed(MediaFault Fault, string Reason) : NgReply;

    /// <summary>Not answered.</summary>
    internal sealed record Silent(string Reason) : NgReply;

    /// <summary>
    /// The verdict in a reply's "result". An engine at its limits says "load limit" (asked for by "supports") or, out of
    /// ports, an error with a text; the texts are those of rtpengine 9 to 12 (call_interfaces.c).
    /// </summary>
    public static NgReply Of(BencodeValue.Dictionary body) => body.Text("result") switch
    {
        "ok" or "pong" => new Done(body),
        "load limit" => new Failed(MediaFault.Exhausted, Clean(body.Text("message"))),
        "error" when Clean(body.Text("error-reason")) is var reason =>
            new Failed(
                IsExhaustion(reason) ? MediaFault.Exhausted : IsForgotten(reason) ? MediaFault.Unavailable : MediaFault.Refused, reason),
        var other => new Failed(MediaFault.Refused, $"result: {Clean(other)}"),
    };

    /// <summary>Nothing is asked about a session that was never offered: the engine was restarted, or gave it up.</summary>
    private static bool IsForgotten(string reason) => reason.StartsWith("Unknown call-id", StringComparison.OrdinalIgnoreCase);

    private static bool IsExhaustion(string reason) =>
        reason.StartsWith("Ran out of", StringComparison.OrdinalIgnoreCase)
        || reason.Contains("limit reached", StringComparison.OrdinalIgnoreCase);

    private static string Clean(string? text) =>
        string.Concat((text ?? "no reason given").Where(c => !char.IsControl(c)).Take(MaxReason));
}
