using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Msrp.Wire;

namespace Gateway.Sip.Msrp.Sessions;

/// <summary>
/// Requests that are not the peer's as it was described, while descriptions are exchanged anew: TCP is quick, and the answer to our
/// offer may still be on its way (RFC 4975 sections 5.4 and 8.4). Nothing is taken of them, and nothing refused, before it says whose
/// they are; so nobody who has overheard the session's URI gets a word in meanwhile.
/// </summary>
internal sealed class EarlyRequests(MsrpHub hub)
{
    /// <summary>As many may wait at a time: one is the peer's, the others are not.</summary>
    private const int Most = 4;

    private readonly List<(MsrpConnection Connection, MsrpHead Head)> _held = [];
    private bool _isExpected;

    /// <summary>The peer's path may be another in a moment.</summary>
    public void Expect() => _isExpected = true;

    /// <summary>The exchange is over, with another description or without: who was too early is looked at again.</summary>
    public void Settle()
    {
        _isExpected = false;
        if (_held.Count > 0)
        {
            var held = _held.ToArray();
            _held.Clear();
            foreach (var (connection, head) in held)
            {
                connection.GoOn(head);
            }
        }
    }

    /// <summary>Whether the request waits: for <see cref="Settle"/>, or <see cref="MsrpLimits.Overtaking"/>.</summary>
    public bool TryHold(MsrpConnection connection, MsrpHead head)
    {
        if (!_isExpected || _held.Count >= Most)
        {
            return false;
        }

        _held.Add((connection, head));
        hub.After(hub.Limits.Overtaking, () =>
        {
            if (_held.Remove((connection, head)))
            {
                _isExpected = false; // or it would wait once more
                connection.GoOn(head);
            }
        });
        return true;
    }
}
