using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.Mapping.Addresses;

namespace Gateway.Mapping.State;

/// <summary>Threads as Call-IDs and Call-IDs as threads, where the characters differ (MAPPING N-39 to N-44). What is written here
/// is read back by the table only, never from the text.</summary>
internal static class CallIdText
{
    private const int Longest = 200;
    private const string HashPrefix = "t-";
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648 section 6, lower case

    // word, RFC 3261 section 25.1.
    private static readonly SearchValues<char> Word = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~()<>:\\\"/[]?{}");

    /// <summary>The Call-ID that a thread has when no other thread has it (N-40).</summary>
    public static string Of(string thread)
    {
        if (thread.Length is > 0 and <= Longest && !thread.Contains('%', StringComparison.Ordinal) && IsCallId(thread))
        {
            return thread;
        }

        var encoded = new StringBuilder();
        foreach (var octet in Encoding.UTF8.GetBytes(thread))
        {
            if (octet < 0x80 && octet != '%' && Word.Contains((char)octet))
            {
                encoded.Append((char)octet);
            }
            else
            {
                encoded.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
            }

            if (encoded.Length > Longest)
            {
                return Hashed(SHA256.HashData(Encoding.UTF8.GetBytes(thread)));
            }
        }

        return encoded.Length > 0 ? encoded.ToString() : Hashed(SHA256.HashData([]));
    }

    /// <summary>The thread that a Call-ID has when no other Call-ID has it: itself (N-41), or its keyed hash (N-44). A Call-ID that
    /// is no text for XML, which no grammar allows, is hashed too.</summary>
    public static string ThreadOf(string callId, byte[]? key) =>
        key is not null ? Hashed(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(callId)))
        : SafeText.IsSafe(callId) ? callId
        : Hashed(SHA256.HashData(Encoding.UTF8.GetBytes(callId)));

    /// <summary>Whether it is the Call-ID of the thread that reads like it, and of no other thread: neither encoded nor hashed (N-40).</summary>
    public static bool IsItsOwn(string callId) => !callId.StartsWith(HashPrefix, StringComparison.Ordinal) && Of(callId) == callId;

    /// <summary>Another of its kind: 64 random bits behind it (N-42).</summary>
    public static string Another(string text) =>
        $"{text}-{Convert.ToHexString(RandomNumberGenerator.GetBytes(8)).ToLowerInvariant()}";

    /// <summary>word [ "@" word ].</summary>
    internal static bool IsCallId(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        return at < 0 ? IsWord(text) : IsWord(text[..at]) && IsWord(text[(at + 1)..]);
    }

    private static bool IsWord(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(Word);

    private static string Hashed(byte[] hash)
    {
        var text = new StringBuilder(HashPrefix, HashPrefix.Length + ((hash.Length * 8) + 4) / 5);
        int bits = 0, held = 0;
        foreach (var octet in hash)
        {
            held = (held << 8) | octet;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text.Append(Base32[(held >> (bits - 5)) & 31]);
            }

            held &= (1 << bits) - 1;
        }

        return bits > 0 ? text.Append(Base32[(held << (5 - bits)) & 31]).ToString() : text.ToString();
    }
}
