namespace Gateway.Sip.Pidf;

/// <summary>Bounds on what a document can make us read and keep.</summary>
internal static class PidfLimits
{
    /// <summary>Octets of the document; a NOTIFY of a whole datagram.</summary>
    public const int Octets = 65_535;

    /// <summary>Elements within elements.</summary>
    public const int Depth = 16;

    /// <summary>Elements and attributes altogether.</summary>
    public const int Nodes = 2_048;

    /// <summary>Tuples.</summary>
    public const int Tuples = 64;

    /// <summary>Notes of a tuple or of the document, and extensions of a status.</summary>
    public const int Parts = 16;

    /// <summary>Characters of a note; the rest is cut.</summary>
    public const int NoteLength = 1_024;

    /// <summary>Characters of an id, URI or extension; a longer one is refused.</summary>
    public const int TextLength = 2_048;
}
