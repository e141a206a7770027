using Gateway.Sip.Messages;

namespace Gateway.Sip.InstantMessages;

/// <summary>Parts of a multipart body by their type (RFC 2046): the same words plain and formatted.</summary>
public static class AlternativeBody
{
    /// <summary>The body itself, or its first part of the type; null when there is none.</summary>
    public static SipBody? Find(SipBody body, string mediaType)
    {
        ArgumentNullException.ThrowIfNull(body);
        return MultipartBody.FindPart(body, mediaType);
    }
}
