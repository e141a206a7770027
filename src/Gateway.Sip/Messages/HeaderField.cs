namespace Gateway.Sip.Messages;

/// <summary>Where one header field lies in its message.</summary>
/// <param name="Id">Of <see cref="HeaderName"/>.</param>
/// <param name="NameStart">Offset of the name.</param>
/// <param name="NameLength">Length of the name, blanks before the colon not counted.</param>
/// <param name="ValueStart">Offset of the trimmed value.</param>
/// <param name="ValueLength">Length of the trimmed value.</param>
internal readonly record struct HeaderField(byte Id, ushort NameStart, byte NameLength, ushort ValueStart, ushort ValueLength)
{
    internal ReadOnlySpan<byte> Name(ReadOnlySpan<byte> message) => message.Slice(NameStart, NameLength);

    internal ReadOnlySpan<byte> Value(ReadOnlySpan<byte> message) => message.Slice(ValueStart, ValueLength);
}
