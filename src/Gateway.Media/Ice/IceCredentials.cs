using System.Text;

namespace Gateway.Media.Ice;

/// <summary>A user name fragment and a password as they are signalled, and as they go into messages.</summary>
internal sealed class IceCredentials(string ufrag, string pwd)
{
    private readonly byte[] _ufrag = Encoding.UTF8.GetBytes(ufrag);
    private readonly byte[] _key = Encoding.UTF8.GetBytes(pwd);

    public string Ufrag => ufrag;

    public string Pwd => pwd;

    public ReadOnlySpan<byte> UfragOctets => _ufrag;

    public ReadOnlySpan<byte> Key => _key;

    /// <summary>8 and 24 characters, 47 and 143 random bits: RFC 8445 section 5.3 asks for 24 and 128.</summary>
    public static IceCredentials Fresh(IceContext context) => new(context.RandomText(8), context.RandomText(24));

    /// <summary>RFC 8839 section 5.4 has 4 to 256 and 22 to 256 characters; what fits into a message is taken.</summary>
    public static bool AreUsable(string? ufrag, string? pwd) => ufrag is { Length: > 0 and <= 256 } && pwd is { Length: > 0 and <= 256 };

    public bool Are(string otherUfrag, string otherPwd) =>
        ufrag.Equals(otherUfrag, StringComparison.Ordinal) && pwd.Equals(otherPwd, StringComparison.Ordinal);
}
