using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Gateway.Media.Rtp;

/// <summary>
/// Renumbers the elements of a header extension (RFC 8285) for the other leg. Elements that do not pass become padding, so
/// that nothing needs to move.
/// </summary>
internal sealed class HeaderExtensions
{
    private const ushort OneByteProfile = 0xBEDE;
    private const ushort TwoByteProfile = 0x1000;
    private const int MostOneByte = 14;

    private readonly byte[] _numbers = new byte[256];

    private HeaderExtensions(ImmutableArray<ExtensionRule> rules)
    {
        foreach (var rule in rules)
        {
            _numbers[rule.Incoming] = rule.Outgoing;
        }
    }

    /// <summary>Null when none passes: then extensions are taken off.</summary>
    public static HeaderExtensions? Of(ImmutableArray<ExtensionRule> rules) => rules.IsEmpty ? null : new(rules);

    /// <summary>Renumbers in place. False when nothing is left, or its form is unknown: it is to be taken off.</summary>
    /// <param name="extension">With its header of four octets.</param>
    public bool TryMap(Span<byte> extension)
    {
        var profile = BinaryPrimitives.ReadUInt16BigEndian(extension);
        var elements = extension[4..];
        return profile == OneByteProfile ? MapOneByte(elements)
            : (profile & 0xFFF0) == TwoByteProfile && MapTwoByte(elements);
    }

    private bool MapOneByte(Span<byte> elements)
    {
        var kept = false;
        while (!elements.IsEmpty)
        {
            if (elements[0] == 0)
            {
                elements = elements[1..];
                continue;
            }

            // Number 15 ends it (RFC 8285 section 4.2), and so does an element that is cut off.
            var length = 2 + (elements[0] & 0x0F);
            var number = elements[0] >> 4;
            if (number > MostOneByte || length > elements.Length)
            {
                elements.Clear();
                break;
            }

            var mapped = _numbers[number];
            if (mapped is 0 or > MostOneByte)
            {
                elements[..length].Clear();
            }
            else
            {
                elements[0] = (byte)((mapped << 4) | (elements[0] & 0x0F));
                kept = true;
            }

            elements = elements[length..];
        }

        return kept;
    }

    private bool MapTwoByte(Span<byte> elements)
    {
        var kept = false;
        while (!elements.IsEmpty)
        {
            if (elements[0] == 0)
            {
                elements = elements[1..];
                continue;
            }

            if (elements.Length < 2 || elements.Length < 2 + elements[1])
            {
                elements.Clear();
                break;
            }

            var length = 2 + elements[1];
            if (_numbers[elements[0]] is var mapped and not 0)
            {
                elements[0] = mapped;
                kept = true;
            }
            else
            {
                elements[..length].Clear();
            }

            elements = elements[length..];
        }

        return kept;
    }
}
