using System.Collections.Immutable;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>Format parameters: a=fmtp and the parameters of a payload type (MAPPING R-22).</summary>
internal static class FormatParameters
{
    private const string TelephoneEvent = "telephone-event";
    private const string Events = "events";
    private const string AllKeys = "0-15";

    /// <summary>The value of a=fmtp; null when there is nothing to say.</summary>
    public static string? ToSdp(string encoding, ImmutableArray<RtpParameter> parameters)
    {
        var isEvent = IsEvent(encoding);
        if (parameters.IsEmpty)
        {
            return isEvent ? AllKeys : null;
        }

        var parts = parameters.Select(parameter => parameter switch
        {
            { Name: Events, Value: { } value } when isEvent => value,
            { Name: "", Value: { } value } => value,
            { Value: null } => parameter.Name, // libwebrtc's Jingle writes red's lone value as a name
            _ => $"{parameter.Name}={parameter.Value}",
        });
        return string.Join("; ", parts.Where(part => part.Length > 0)) is { Length: > 0 } text ? text : null;
    }

    /// <summary>The parameters of an a=fmtp value.</summary>
    public static ImmutableArray<RtpParameter> ToJingle(string encoding, string? fmtp)
    {
        var isEvent = IsEvent(encoding);
        if (string.IsNullOrWhiteSpace(fmtp))
        {
            return isEvent ? [new RtpParameter(Events, AllKeys)] : [];
        }

        return [.. Split(fmtp).Select(part => ToParameter(part, isEvent))];
    }

    private static RtpParameter ToParameter(string part, bool isEvent)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        return equals <= 0
            ? new RtpParameter(isEvent ? Events : "", part)
            : new RtpParameter(part[..equals].Trim(), part[(equals + 1)..].Trim());
    }

    // at ';', and at ',' only where no ';' occurs and every piece is a pair: H.264's sprop sets hold ',' and '='.
    private static string[] Split(string fmtp)
    {
        const StringSplitOptions Clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        if (fmtp.Contains(';', StringComparison.Ordinal))
        {
            return fmtp.Split(';', Clean);
        }

        var pieces = fmtp.Split(',', Clean);
        return pieces.Length > 1 && pieces.All(IsPair) ? pieces : [fmtp.Trim()];
    }

    private static bool IsPair(string piece) =>
        piece.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && at < piece.Length - 1 && piece[^1] != '=';

    private static bool IsEvent(string encoding) => encoding.Equals(TelephoneEvent, StringComparison.OrdinalIgnoreCase);
}
