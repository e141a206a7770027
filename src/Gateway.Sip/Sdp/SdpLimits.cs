namespace Gateway.Sip.Sdp;

/// <summary>Bounds of a session description; beyond them it is refused.</summary>
public static class SdpLimits
{
    /// <summary>Characters of the whole description.</summary>
    public const int Text = 65_535;

    /// <summary>Characters of a line.</summary>
    public const int Line = 8_192;

    /// <summary>Lines.</summary>
    public const int Lines = 2_048;

    /// <summary>Media descriptions.</summary>
    public const int Media = 32;

    /// <summary>Attributes of the session or of one media description.</summary>
    public const int Attributes = 512;

    /// <summary>Formats of a media description.</summary>
    public const int Formats = 128;
}
