namespace Gateway.Media.Relay;

/// <summary>
/// Takes what a relay tells unasked. Called on a thread that carries media, or that reads an engine's replies: it hands over
/// and returns. After its session was deleted nothing comes any more, save what was under way.
/// </summary>
public interface IMediaNotices
{
    /// <summary>Something happened in a session.</summary>
    void OnNotice(MediaNotice notice);
}

/// <summary>Something that happened in a session's media. A closed set.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Tag">The end that it is of.</param>
public abstract record MediaNotice(string SessionId, string Tag)
{
    /// <summary>The end has not agreed to receive for 30 s: it is gone, or cannot be reached any more (RFC 7675 section 5.1).</summary>
    public sealed record ConsentLost(string SessionId, string Tag) : MediaNotice(SessionId, Tag);

    /// <summary>No way was found to the end (RFC 8445 section 6.1.2.6), or none on which it would agree on keys.</summary>
    public sealed record NotConnected(string SessionId, string Tag) : MediaNotice(SessionId, Tag);

    /// <summary>Who answered is not who the description names: another certificate (RFC 8122 section 6.2).</summary>
    public sealed record NotAuthentic(string SessionId, string Tag) : MediaNotice(SessionId, Tag);

    /// <summary>Media flow between the relay and the end; once per session and end.</summary>
    public sealed record Connected(string SessionId, string Tag) : MediaNotice(SessionId, Tag);

    /// <summary>The relay has lost the session, or is lost itself: nothing flows any more. Of no end.</summary>
    public sealed record Lost(string SessionId) : MediaNotice(SessionId, "");

    /// <summary>The end agreed to send and has sent nothing for so long.</summary>
    public sealed record Silent(string SessionId, string Tag, TimeSpan For) : MediaNotice(SessionId, Tag);

    /// <summary>The end pressed a key (RFC 4733), at its release. A digit is a secret: neither logged nor printed.</summary>
    public sealed record Digit(string SessionId, string Tag, char Key, TimeSpan Duration) : MediaNotice(SessionId, Tag)
    {
        /// <inheritdoc/>
        public override string ToString() => $"digit of {Tag} in {SessionId}";
    }
}

/// <summary>Hears nothing.</summary>
public sealed class NoMediaNotices : IMediaNotices
{
    /// <summary>The only one.</summary>
    public static NoMediaNotices Instance { get; } = new();

    /// <inheritdoc/>
    public void OnNotice(MediaNotice notice)
    {
    }
}
