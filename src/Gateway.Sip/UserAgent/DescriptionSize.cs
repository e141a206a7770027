using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>What can still be sent in one message: its header fields need room too.</summary>
internal static class DescriptionSize
{
    private const int RoomForHeaders = 8_192;

    public static bool IsTooLarge(string? sdp) =>
        sdp is not null && Encoding.UTF8.GetByteCount(sdp) > SipLimits.Message - RoomForHeaders;
}
