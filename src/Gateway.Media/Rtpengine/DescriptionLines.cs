namespace Gateway.Media.Rtpengine;

/// <summary>The lines of a description without their ends, empty ones left out, and without a string for each.</summary>
internal ref struct DescriptionLines(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    public ReadOnlySpan<char> Current { get; private set; }

    public readonly DescriptionLines GetEnumerator() => this;

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf('\n');
            Current = (end < 0 ? _rest : _rest[..end]).TrimEnd('\r');
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (!Current.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}
