using System.Xml;

namespace Gateway.Xmpp.Component;

/// <summary>
/// Names that the XML reader has met. The ordinary table keeps every name for as long as the reader lives, which on a stream
/// of weeks lets peers fill the memory with invented names; this one forgets those of past stanzas when there are many.
/// </summary>
internal sealed class StanzaNameTable : XmlNameTable
{
    internal const int MaxNames = 2048;

    /// <summary>The reader's own constants and the stream header's names, which stay in scope: never forgotten.</summary>
    private readonly NameTable _kept = new();

    private NameTable _passing = new();
    private int _passingCount;
    private bool _headerRead;

    /// <summary>From here on names may be forgotten.</summary>
    public void HeaderEnded() => _headerRead = true;

    /// <summary>Between stanzas nothing but the header's names is in use.</summary>
    public void StanzaEnded()
    {
        if (_passingCount > MaxNames)
        {
            _passing = new NameTable();
            _passingCount = 0;
        }
    }

    public override string Add(char[] array, int offset, int length) =>
        !_headerRead ? _kept.Add(array, offset, length)
        : Get(array, offset, length) is { } known ? known
        : Counted(_passing.Add(array, offset, length));

    public override string Add(string array) =>
        !_headerRead ? _kept.Add(array)
        : Get(array) is { } known ? known
        : Counted(_passing.Add(array));

    public override string? Get(char[] array, int offset, int length) =>
        _kept.Get(array, offset, length) ?? _passing.Get(array, offset, length);

    public override string? Get(string array) => _kept.Get(array) ?? _passing.Get(array);

    private string Counted(string name)
    {
        _passingCount++;
        return name;
    }
}
