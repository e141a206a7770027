namespace Gateway.Media.Stun;

/// <summary>The class of a message: two bits of its type (RFC 8489 section 5).</summary>
internal enum StunClass
{
    Request = 0b00,
    Indication = 0b01,
    Success = 0b10,
    Error = 0b11,
}
