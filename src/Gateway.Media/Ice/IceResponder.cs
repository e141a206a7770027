using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Ice;

/// <summary>Answers requests (RFC 8445 section 7.3, RFC 8489 section 9.1.3).</summary>
internal sealed class IceResponder(IceContext context)
{
    private long _secondEnds;
    private int _errorsLeft;

    public void Success(IceBase @base, in PeerAddress to, scoped in StunMessage request, IceCredentials local)
    {
        var writer = new StunWriter(
            stackalloc byte[StunFormat.MaxLength], StunClass.Success, request.Method, request.TransactionId);
        writer.XorMappedAddress(to);
        context.Send(@base, writer.Signed(local.Key), to);
    }

    /// <summary>487: the sender is to take the other role (RFC 8445 section 7.3.1.1).</summary>
    public void Conflict(IceBase @base, in PeerAddress to, scoped in StunMessage request, IceCredentials local)
    {
        var writer = new StunWriter(
            stackalloc byte[StunFormat.MaxLength], StunClass.Error, request.Method, request.TransactionId);
        writer.ErrorCode(487, "Role Conflict"u8);
        context.Send(@base, writer.Signed(local.Key), to);
    }

    /// <summary>420 names what was not understood (RFC 8489 section 6.3.1).</summary>
    public void Unknown(IceBase @base, in PeerAddress to, scoped in StunMessage request, IceCredentials local)
    {
        var writer = new StunWriter(
            stackalloc byte[StunFormat.MaxLength], StunClass.Error, request.Method, request.TransactionId);
        writer.ErrorCode(420, "Unknown Attribute"u8);
        writer.UnknownAttributes(request.UnknownRequired);
        context.Send(@base, writer.Signed(local.Key), to);
    }

    /// <summary>400 or 401, unsigned, for who has no credentials; so many a second, or a stranger could have us flood another.</summary>
    public void Unauthenticated(IceBase @base, in PeerAddress to, scoped in StunMessage request, int code, long now)
    {
        if (now >= _secondEnds)
        {
            (_secondEnds, _errorsLeft) = (now + 1000, context.Options.UnauthenticatedPerSecond);
        }

        if (--_errorsLeft < 0)
        {
            context.Metrics?.Muted();
            return;
        }

        var writer = new StunWriter(
            stackalloc byte[StunFormat.MaxLength], StunClass.Error, request.Method, request.TransactionId);
        writer.ErrorCode(code, code == 400 ? "Bad Request"u8 : "Unauthenticated"u8);
        context.Send(@base, writer.Unsigned(), to);
    }
}
