using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Mapping.Calls;

/// <summary>The ids of the two protocols for one call: Jingle's sid and SIP's Call-ID (MAPPING J-9, J-10, N-39 to N-42).</summary>
public sealed class CallIds
{
    private const int MaximumLength = 200;

    // callid without "%", which is the escape, and without "@": RFC 3261 section 25.1, rule word.
    private static readonly SearchValues<char> Word = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!*_+`'~()<>:\\\"/[]?{}");

    private readonly byte[] _key;

    /// <summary>Ids under a key of this installation; the same key after a restart gives the same ids.</summary>
    /// <param name="key">At least 16 random octets, kept secret: who knows it can tell sids in advance.</param>
    public CallIds(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 16, nameof(key));
        _key = key.ToArray();
    }

    /// <summary>The sid that we propose for a SIP call: unguessable, in the shape of a UUID, the same for the same INVITE (J-9).</summary>
    public string SidFor(string callId, string fromTag)
    {
        ArgumentNullException.ThrowIfNull(callId);
        ArgumentNullException.ThrowIfNull(fromTag);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{callId}\n{fromTag}"), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x40); // RFC 9562: version 4, variant 10
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }

    /// <summary>
    /// The Call-ID for a sid that a client chose: copied where it is a word, else percent-encoded, else hashed (N-40).
    /// </summary>
    /// <param name="sid">The session id, any text.</param>
    /// <param name="isTaken">Whether a Call-ID belongs to a live or recent dialog: then it gets a random tail (N-42).</param>
    public static string CallIdFor(string sid, Func<string, bool> isTaken)
    {
        ArgumentException.ThrowIfNullOrEmpty(sid);
        ArgumentNullException.ThrowIfNull(isTaken);
        var id = !sid.AsSpan().ContainsAnyExcept(Word) && sid.Length <= MaximumLength ? sid : Encode(sid);
        return isTaken(id) ? $"{id}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}" : id;
    }

    private static string Encode(string sid)
    {
        var encoded = new StringBuilder();
        foreach (var octet in Encoding.UTF8.GetBytes(sid))
        {
            if (octet < 0x80 && Word.Contains((char)octet))
            {
                encoded.Append((char)octet);
            }
            else
            {
                encoded.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return encoded.Length <= MaximumLength
            ? encoded.ToString()
            : "t-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sid)));
    }
}
