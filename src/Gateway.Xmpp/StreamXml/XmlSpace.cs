using System.Buffers;

namespace Gateway.Xmpp.StreamXml;

/// <summary>White space: production 3 of XML 1.0.</summary>
internal static class XmlSpace
{
    /// <summary>What may end the name of an attribute.</summary>
    public static readonly SearchValues<byte> OrEquals = SearchValues.Create(" \t\r\n="u8);

    public static ReadOnlySpan<byte> Octets => " \t\r\n"u8;
}
