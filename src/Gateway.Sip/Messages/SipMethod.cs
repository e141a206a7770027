using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>A request method: a case-sensitive token (RFC 3261 section 7.1). Unknown methods are kept as they came.</summary>
public readonly record struct SipMethod
{
    private readonly string? _name;

    private SipMethod(string name) => _name = name;

    /// <summary>INVITE, RFC 3261.</summary>
    public static SipMethod Invite { get; } = new("INVITE");

    /// <summary>ACK, RFC 3261.</summary>
    public static SipMethod Ack { get; } = new("ACK");

    /// <summary>BYE, RFC 3261.</summary>
    public static SipMethod Bye { get; } = new("BYE");

    /// <summary>CANCEL, RFC 3261.</summary>
    public static SipMethod Cancel { get; } = new("CANCEL");

    /// <summary>OPTIONS, RFC 3261.</summary>
    public static SipMethod Options { get; } = new("OPTIONS");

    /// <summary>REGISTER, RFC 3261.</summary>
    public static SipMethod Register { get; } = new("REGISTER");

    /// <summary>UPDATE, RFC 3311.</summary>
    public static SipMethod Update { get; } = new("UPDATE");

    /// <summary>PRACK, RFC 3262.</summary>
    public static SipMethod Prack { get; } = new("PRACK");

    /// <summary>INFO, RFC 6086.</summary>
    public static SipMethod Info { get; } = new("INFO");

    /// <summary>MESSAGE, RFC 3428.</summary>
    public static SipMethod Message { get; } = new("MESSAGE");

    /// <summary>SUBSCRIBE, RFC 6665.</summary>
    public static SipMethod Subscribe { get; } = new("SUBSCRIBE");

    /// <summary>NOTIFY, RFC 6665.</summary>
    public static SipMethod Notify { get; } = new("NOTIFY");

    /// <summary>REFER, RFC 3515.</summary>
    public static SipMethod Refer { get; } = new("REFER");

    /// <summary>PUBLISH, RFC 3903.</summary>
    public static SipMethod Publish { get; } = new("PUBLISH");

    private static readonly SipMethod[] Registered =
    [
        Invite, Ack, Bye, Cancel, Options, Register, Update, Prack, Info, Message, Subscribe, Notify, Refer, Publish,
    ];

    /// <summary>The token as written on the wire; empty for the default value.</summary>
    public string Name => _name ?? "";

    /// <summary>Whether the method is one of the fourteen registered ones (RFC 3261 section 8.2.1: 405 or 501).</summary>
    public bool IsRegistered => Array.IndexOf(Registered, this) >= 0;

    /// <summary>Reads a method token.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SipMethod method)
    {
        foreach (var known in Registered)
        {
            if (Ascii.Equals(text, known.Name))
            {
                method = known;
                return true;
            }
        }

        if (!SipSyntax.IsToken(text) || text.Length > SipLimits.Token)
        {
            method = default;
            return false;
        }

        method = new SipMethod(Encoding.ASCII.GetString(text));
        return true;
    }

    /// <summary>Reads a method token.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SipMethod method)
    {
        method = default;
        return text is not null && TryParse(Encoding.UTF8.GetBytes(text), out method);
    }

    /// <summary>The wire form.</summary>
    public override string ToString() => Name;
}
