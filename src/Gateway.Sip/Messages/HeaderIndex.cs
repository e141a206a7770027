namespace Gateway.Sip.Messages;

/// <summary>Finds the header fields of a message.</summary>
/// <param name="Count">Fields found.</param>
/// <param name="End">Offset of the body.</param>
/// <param name="Fault">What is wrong with the header section, or null.</param>
internal readonly record struct HeaderIndex(int Count, int End, string? Fault)
{
    /// <summary>Reads from <paramref name="at"/> to the empty line. Folded lines are rewritten as blanks, in a copy.</summary>
    internal static HeaderIndex Read(ref ReadOnlyMemory<byte> bytes, int at, Span<HeaderField> fields)
    {
        byte[]? unfolded = null;
        string? fault = null;
        var span = bytes.Span;
        var count = 0;
        var start = at;
        var isClean = true;
        var seen = 0UL;
        while (true)
        {
            var step = span[at..].IndexOfAny(SipSyntax.Controls);
            if (step < 0)
            {
                return new(count, bytes.Length, "Header Section Not Ended");
            }

            at += step;
            if (span[at] != '\r' || at + 1 == span.Length || span[at + 1] != '\n')
            {
                // Escaped in a quoted string, controls are legal (quoted-pair, RFC 3261 section 25.1; RFC 4475 section 3.1.1.2).
                isClean &= span[at - 1] == '\\' && span[at] is not ((byte)'\r' or (byte)'\n');
                at++;
                continue;
            }

            if (at == start)
            {
                return new(count, at + 2, fault);
            }

            if (at + 2 < span.Length && SipSyntax.IsBlank(span[at + 2]))
            {
                unfolded ??= bytes.ToArray();
                unfolded[at] = unfolded[at + 1] = (byte)' ';
                bytes = unfolded;
                span = unfolded;
                at += 2;
                continue;
            }

            // A faulty line is left out and the rest read all the same: the refusal needs Via, From, To, Call-ID, CSeq.
            if (count == fields.Length)
            {
                return new(count, bytes.Length, "Too Many Header Fields");
            }

            if (!isClean)
            {
                fault ??= "Control Character in Header";
            }
            else if (!TryReadField(span, start, at, out fields[count]))
            {
                fault ??= "Malformed Header";
            }
            else if (IsRepeated(fields[count].Id, ref seen))
            {
                fault ??= "Repeated Header";
            }
            else
            {
                count++;
            }

            start = at += 2;
            isClean = true;
        }
    }

    private static bool TryReadField(ReadOnlySpan<byte> message, int start, int end, out HeaderField field)
    {
        field = default;
        var line = message[start..end];
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        var name = SipSyntax.Trim(line[..colon]);
        var id = HeaderName.Of(name);
        if (SipSyntax.IsBlank(line[0]) || (id == HeaderName.Unknown && (name.Length > SipLimits.Token || !SipSyntax.IsToken(name))))
        {
            return false;
        }

        var valueStart = colon + 1;
        while (valueStart < line.Length && SipSyntax.IsBlank(line[valueStart]))
        {
            valueStart++;
        }

        var value = SipSyntax.Trim(line[valueStart..]);
        field = new(
            id, (ushort)start, (byte)name.Length, (ushort)(start + valueStart), (ushort)value.Length);
        return true;
    }

    /// <summary>A second From is a fault (RFC 3261 section 7.3.1; RFC 4475 section 3.3.8): who reads which is anyone's guess.</summary>
    private static bool IsRepeated(byte id, ref ulong seen)
    {
        const ulong Single = (1UL << HeaderName.From) | (1UL << HeaderName.To) | (1UL << HeaderName.CallId) | (1UL << HeaderName.CSeq)
            | (1UL << HeaderName.MaxForwards) | (1UL << HeaderName.ContentLength) | (1UL << HeaderName.ContentType) | (1UL << HeaderName.Expires);
        var bit = (1UL << id) & Single;
        var repeated = (seen & bit) != 0;
        seen |= bit;
        return repeated;
    }
}
