using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>Owns an srtp_t.</summary>
internal sealed class SrtpHandle : SafeHandle
{
    public SrtpHandle(nint session)
        : base(0, ownsHandle: true) => SetHandle(session);

    public override bool IsInvalid => handle == 0;

    /// <summary>For calls while the owner is alive and not disposed.</summary>
    public nint Value => handle;

    protected override bool ReleaseHandle() => LibSrtp.srtp_dealloc(handle) == LibSrtp.Ok;
}
