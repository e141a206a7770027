namespace Gateway.Interop.Tests.Load;

/// <summary>What a user of the <see cref="Crowd"/> does in a call.</summary>
internal enum Conduct
{
    /// <summary>Talks, and leaves it to the other side to hang up; or is refused.</summary>
    Stays,

    /// <summary>Talks, and hangs up.</summary>
    HangsUp,

    /// <summary>Goes so far that the call is about to stand, and is gone: what is sent to the device comes back.</summary>
    Vanishes,

    /// <summary>Calls, and takes it back before anything can have come of it; when called says nothing at all.</summary>
    IsHasty,

    /// <summary>Calls, and takes it back when it rings; when called lets it ring.</summary>
    Rings,

    /// <summary>When called, does not want to.</summary>
    Declines,
}
