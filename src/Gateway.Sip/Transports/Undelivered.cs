using System.Net;
using System.Text;

namespace Gateway.Sip.Transports;

/// <summary>A datagram of which ICMP says that nobody is where it went.</summary>
/// <param name="Destination">Where it went.</param>
/// <param name="Branch">
/// Of its topmost Via, which tells its transaction; null when too little of it was quoted (RFC 792 asks for 8 octets only),
/// empty for a response, which no request of ours waits for.
/// </param>
internal readonly record struct Undelivered(IPEndPoint Destination, string? Branch)
{
    /// <summary>The branch in the beginning of a message.</summary>
    public static string? BranchOf(ReadOnlySpan<byte> quoted)
    {
        if (quoted.StartsWith("SIP/2.0 "u8))
        {
            return ""; // its Via is the peer's, written as the peer writes it
        }

        var via = quoted.IndexOf("\r\nVia:"u8);
        if (via < 0)
        {
            return null;
        }

        var line = quoted[(via + 2)..];
        var end = line.IndexOf("\r\n"u8);
        var branch = end < 0 ? -1 : line[..end].IndexOf(";branch="u8);
        if (branch < 0)
        {
            return null;
        }

        var value = line[(branch + ";branch=".Length)..end];
        var length = value.IndexOfAny("; \t,"u8);
        return Encoding.ASCII.GetString(length < 0 ? value : value[..length]);
    }
}
