using System.Buffers.Text;
using System.Globalization;

namespace Gateway.Sip.Messages;

/// <summary>CSeq, RFC 3261 section 20.16; the number is below 2^31 (section 8.1.1.5).</summary>
/// <param name="Number">Sequence number.</param>
/// <param name="Method">Method of the request.</param>
public readonly record struct CSeq(uint Number, SipMethod Method)
{
    /// <summary>Reads the header's value.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out CSeq cseq)
    {
        if (Utf8Parser.TryParse(value, out uint number, out var used) && number <= int.MaxValue
            && value[0] is >= (byte)'0' and <= (byte)'9'
            && value[used..] is [(byte)' ' or (byte)'\t', .. var rest]
            && SipMethod.TryParse(SipSyntax.Trim(rest), out var method))
        {
            cseq = new CSeq(number, method);
            return true;
        }

        cseq = default;
        return false;
    }

    /// <summary>The wire form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number} {Method}");
}
