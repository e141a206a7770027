using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>Owns a codec's state.</summary>
internal sealed unsafe class CodecHandle : SafeHandle
{
    private readonly delegate*<nint, void> _free;

    public CodecHandle(nint state, delegate*<nint, void> free)
        : base(0, ownsHandle: true)
    {
        _free = free;
        SetHandle(state);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>For calls while the owner is alive and not disposed.</summary>
    public nint Value => handle;

    protected override bool ReleaseHandle()
    {
        _free(handle);
        return true;
    }
}
