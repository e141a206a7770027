namespace Gateway.Testing.Phones;

/// <summary>A SIP message that a phone wrote into its trace.</summary>
public sealed record TracedMessage(bool Received, string Text)
{
    /// <summary>Request line or status line.</summary>
    public string StartLine => Text[..Math.Max(0, Text.IndexOf('\n', StringComparison.Ordinal))].TrimEnd('\r');

    /// <summary>The first value of a header; null when absent.</summary>
    public string? Header(string name) =>
        Text.Split('\n')
            .TakeWhile(line => line.TrimEnd('\r').Length > 0)
            .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..]
            .Trim();

    /// <summary>True for a request of the method.</summary>
    public bool IsRequest(string method) => Text.StartsWith(method + " ", StringComparison.Ordinal);

    /// <summary>True for a response with the status to a request of the method.</summary>
    public bool IsResponse(int status, string method) =>
        Text.StartsWith($"SIP/2.0 {status} ", StringComparison.Ordinal)
        && Header("CSeq")?.EndsWith(" " + method, StringComparison.Ordinal) == true;

    /// <summary>Whether a line of the body is there.</summary>
    public bool HasLine(string line) => Text.Split('\n').Any(one => one.TrimEnd('\r') == line);

    public override string ToString() => (Received ? "<- " : "-> ") + Text;
}
