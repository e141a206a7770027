using Gateway.Mapping.Policy;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Messages;

/// <summary>
/// SIP users who take formatted words in MESSAGE. Nothing is negotiated there, so only who writes formatted words is written formatted
/// words, in the type that was theirs, until a refusal (M-4, RFC 7572 section 7).
/// </summary>
internal sealed class FormattedUse(int most)
{
    private const string Html = "text/html";
    private const string Alternative = "multipart/alternative";

    private readonly RecentTable<Jid, string> _types = new(most);

    /// <summary>The SIP user wrote formatted words in a body of this type.</summary>
    public void Saw(Jid sipUser, string mediaType)
    {
        if (mediaType is Html or Alternative)
        {
            _types.Set(sipUser, mediaType);
        }
    }

    /// <summary>The SIP user has refused them.</summary>
    public void Forget(Jid sipUser) => _types.Remove(sipUser);

    /// <summary>Formatted words as the SIP user takes them; null: only plain ones.</summary>
    public SipBody? Write(Jid sipUser, string text, string html)
    {
        if (!_types.TryGet(sipUser, out var type))
        {
            return null;
        }

        if (type == Html)
        {
            return SipBody.OfText("text/html;charset=UTF-8", html);
        }

        // RFC 2046 section 5.1.4: the plainest first. The boundary is random, so nothing that was said can hold it.
        var boundary = "part-" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12));
        return SipBody.OfText(
            $"{Alternative};boundary={boundary}",
            $"--{boundary}\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n{text}\r\n--{boundary}\r\nContent-Type: text/html;charset=UTF-8\r\n\r\n{html}\r\n--{boundary}--\r\n");
    }
}
