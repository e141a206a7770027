using System.Globalization;

namespace Gateway.Media.Tests.Relay;

/// <summary>A payload type: number, encoding name, clock rate in Hz, channels.</summary>
public sealed record Codec(int Id, string Name, int Rate, int Channels = 1)
{
    public static readonly Codec Opus = new(111, "opus", 48000, 2);
    public static readonly Codec G722 = new(9, "G722", 8000);
    public static readonly Codec Pcmu = new(0, "PCMU", 8000);
    public static readonly Codec Pcma = new(8, "PCMA", 8000);
    public static readonly Codec Digits = new(126, "telephone-event", 8000);
    public static readonly Codec WideDigits = new(110, "telephone-event", 48000);

    /// <summary>Its a=rtpmap value.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Id} {Name}/{Rate}{(Channels > 1 ? $"/{Channels}" : "")}");
}
