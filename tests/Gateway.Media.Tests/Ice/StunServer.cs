using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Tests.Ice;

/// <summary>What a STUN server answers: where the question came from (RFC 8489 section 6.3.1).</summary>
internal static class StunServer
{
    public static byte[] Answer(byte[] request, PeerAddress from)
    {
        Assert.True(StunMessage.TryRead(request, out var message));
        Assert.Equal(StunClass.Request, message.Class);
        var writer = new StunWriter(
            new byte[StunFormat.MaxLength], StunClass.Success, StunFormat.Binding, message.TransactionId);
        writer.XorMappedAddress(from);
        return writer.Unsigned().ToArray();
    }
}
