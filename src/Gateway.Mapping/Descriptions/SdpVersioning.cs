using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>
/// Our o= line on one leg (RFC 3264 section 8, MAPPING U-16): session id constant for the dialog, version raised by one when
/// the description changes and only then, nothing of the peer's o= copied. Immutable: each call gives the next state.
/// </summary>
public sealed record SdpVersioning
{
    private readonly string? _last;

    private SdpVersioning(string sessionId, ulong version, string? last)
    {
        SessionId = sessionId;
        Version = version;
        _last = last;
    }

    /// <summary>The session id, decimal digits.</summary>
    public string SessionId { get; }

    /// <summary>The version last used; 0 before the first description.</summary>
    public ulong Version { get; }

    /// <summary>The description last made, as text; empty before the first.</summary>
    public string Text => _last ?? "";

    /// <summary>A leg that has not described itself yet.</summary>
    public static SdpVersioning Start(ulong sessionId) =>
        new(sessionId.ToString(System.Globalization.CultureInfo.InvariantCulture), 0, null);

    /// <summary>The description to send, under our o=, and the state that remembers it.</summary>
    public (SdpSession Sdp, SdpVersioning Next) Apply(SdpSession sdp)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        var connection = sdp.Connection ?? sdp.Media.Select(media => media.Connection).FirstOrDefault(c => c is not null)
            ?? new SdpConnection("IN", sdp.Origin.AddrType, sdp.Origin.Address);
        var before = new SdpOrigin("-", SessionId, Math.Max(Version, 1), "IN", connection.AddrType, connection.Address);
        var ours = sdp with { Origin = before, SessionName = "-", Information = [] };
        var text = ours.ToString();
        if (_last is null || text == _last)
        {
            return (ours, new SdpVersioning(SessionId, before.Version, text));
        }

        ours = ours.WithVersion(Version + 1);
        return (ours, new SdpVersioning(SessionId, Version + 1, ours.ToString()));
    }

    /// <summary>The description as text.</summary>
    public override string ToString() => $"SdpVersioning {{ SessionId = {SessionId}, Version = {Version} }}";
}
