using System.Globalization;
using Gateway.Mapping.Addresses;

namespace Gateway.Mapping.Errors;

/// <summary>A SIP status as text for XMPP users: <c>SIP 486 Busy Here</c>.</summary>
internal static class StatusText
{
    public static string Of(int status, string phrase) =>
        string.Create(CultureInfo.InvariantCulture, $"SIP {status} {SafeText.Clean(phrase)}").TrimEnd();
}
