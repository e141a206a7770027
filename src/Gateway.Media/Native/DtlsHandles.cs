using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>Owns an SSL_CTX. An SSL keeps its own reference, so this may go first.</summary>
internal sealed class SslContextHandle : SafeHandle
{
    public SslContextHandle(nint context)
        : base(0, ownsHandle: true) => SetHandle(context);

    public override bool IsInvalid => handle == 0;

    /// <summary>For calls while the owner is alive.</summary>
    public nint Value => handle;

    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_CTX_free(handle);
        return true;
    }
}

/// <summary>Owns an SSL, its BIO, and the handle by which the BIO finds its managed side, freed in that order.</summary>
internal sealed class SslHandle : SafeHandle
{
    private GCHandle _bioOwner;

    public SslHandle(nint ssl, GCHandle bioOwner)
        : base(0, ownsHandle: true)
    {
        SetHandle(ssl);
        _bioOwner = bioOwner;
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>For calls while the owner is alive and not disposed.</summary>
    public nint Value => handle;

    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_free(handle);
        _bioOwner.Free();
        return true;
    }
}
