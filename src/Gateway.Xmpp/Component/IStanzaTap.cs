using System.Xml.Linq;

namespace Gateway.Xmpp.Component;

/// <summary>Which way a stanza goes.</summary>
public enum StanzaDirection
{
    /// <summary>From the XMPP server.</summary>
    In,

    /// <summary>To the XMPP server.</summary>
    Out,
}

/// <summary>Sees every stanza that is read or written, for traces. Must return at once and change nothing.</summary>
public interface IStanzaTap
{
    /// <summary>Called in wire order for each direction.</summary>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="stanza">The stanza.</param>
    /// <param name="octets">As it was written; empty for one that was read. Valid during the call only.</param>
    void OnStanza(StanzaDirection direction, XElement stanza, ReadOnlySpan<byte> octets);
}
