using System.Text;

namespace Gateway.Testing.Components;

/// <summary>
/// Cuts a component stream into its header and stanzas by counting tags: the driver must cost little, and shares no code with
/// the gateway it measures. A server sends no comments, CDATA or processing instructions (RFC 6120 section 11.1).
/// </summary>
internal sealed class StanzaFramer(Action<string> onHeader, Action<string> onStanza)
{
    private readonly List<byte> _kept = [];
    private int _depth;
    private byte _quote;
    private bool _inTag, _isClosing, _isDeclaration, _isFirst;
    private byte _previous;

    public void Take(ReadOnlySpan<byte> octets)
    {
        foreach (var octet in octets)
        {
            _kept.Add(octet);
            Step(octet);
            _previous = octet;
        }
    }

    private void Step(byte octet)
    {
        if (!_inTag)
        {
            if (octet == '<')
            {
                (_inTag, _isFirst, _isClosing, _isDeclaration) = (true, true, false, false);
            }
        }
        else if (_isFirst)
        {
            (_isFirst, _isClosing, _isDeclaration) = (false, octet == '/', octet == '?');
        }
        else if (_quote != 0)
        {
            _quote = octet == _quote ? (byte)0 : _quote;
        }
        else if (octet is (byte)'"' or (byte)'\'')
        {
            _quote = octet;
        }
        else if (octet == '>')
        {
            _inTag = false;
            EndTag();
        }
    }

    private void EndTag()
    {
        if (_isDeclaration)
        {
            _kept.Clear();
            return;
        }

        if (_isClosing)
        {
            _depth--;
        }
        else if (_previous != '/')
        {
            _depth++;
            if (_depth == 1)
            {
                Hand(onHeader);
                return;
            }
        }

        if (_depth == 1)
        {
            Hand(onStanza);
        }
    }

    private void Hand(Action<string> to)
    {
        var text = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_kept)).Trim();
        _kept.Clear();
        to(text);
    }
}
