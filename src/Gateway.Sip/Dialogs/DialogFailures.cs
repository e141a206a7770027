namespace Gateway.Sip.Dialogs;

/// <summary>What a failure of a request inside a dialog does to the dialog: RFC 5057 section 5.1 (MAPPING U-11).</summary>
internal static class DialogFailures
{
    /// <summary>True when the dialog, or the call in it, is gone; false when only the transaction failed.</summary>
    public static bool EndsTheCall(int status) => status is 408 or 481
        or 404 or 410 or 416 or (>= 482 and <= 485) or 502 or 604;
}
