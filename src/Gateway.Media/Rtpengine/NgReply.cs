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
            new Failed(IsExhaustion(reason) ? MediaFault.Exhausted : MediaFault.Refused, reason),
        var other => new Failed(MediaFault.Refused, $"result: {Clean(other)}"),
    };

    private static bool IsExhaustion(string reason) =>
        reason.StartsWith("Ran out of", StringComparison.OrdinalIgnoreCase)
        || reason.Contains("limit reached", StringComparison.OrdinalIgnoreCase);

    private static string Clean(string? text) =>
        string.Concat((text ?? "no reason given").Where(c => !char.IsControl(c)).Take(MaxReason));
}
