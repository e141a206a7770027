using System.Globalization;
using Gateway.Sip.Dialogs;

namespace Gateway.Sip.UserAgent;

/// <summary>A Warning, RFC 3261 section 20.43: what of a session description cannot be had.</summary>
/// <param name="Code">300 to 399.</param>
/// <param name="Text">For people.</param>
public sealed record SipWarning(int Code, string Text)
{
    /// <summary>302: a transport is not available.</summary>
    public const int IncompatibleTransport = 302;

    /// <summary>304: a media type is not available.</summary>
    public const int MediaTypeNotAvailable = 304;

    /// <summary>305: a format is not available.</summary>
    public const int IncompatibleMediaFormat = 305;

    /// <summary>399: whatever the text says.</summary>
    public const int Miscellaneous = 399;

    /// <summary>The wire form; we warn under a pseudonym, for our host is nobody's business.</summary>
    internal string Write() => string.Create(CultureInfo.InvariantCulture, $"{Code} gateway {HeaderText.Quote(Text)}");
}
