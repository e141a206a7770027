namespace Gateway.Sip.Msrp.Wire;

/// <summary>What stands at the front of a stream.</summary>
internal enum MsrpFrameKind
{
    /// <summary>More octets are needed; what is left of the input comes again, with more behind it.</summary>
    Incomplete,

    /// <summary>A header section: <see cref="MsrpFramer.Head"/>.</summary>
    Head,

    /// <summary>A piece of the body.</summary>
    Data,

    /// <summary>The end of the request or response: <see cref="MsrpFramer.Flag"/>.</summary>
    End,

    /// <summary>Where the next request begins cannot be known: close the connection.</summary>
    Broken,
}

/// <summary>
/// Cuts a stream into header sections, pieces of bodies and ends (RFC 4975 sections 5.1 and 7.1). A body is passed on as it
/// comes, so a chunk without an end takes no memory. One for each connection.
/// </summary>
internal sealed class MsrpFramer
{
    private readonly MsrpHeadParser _parser = new();
    private readonly byte[] _endLine = new byte[2 + 7 + MsrpSyntax.MaxIdent]; // CRLF, dashes, transaction id
    private int _endLength;
    private int _scanned;
    private bool _inBody;
    private bool _bodyBegun;
    private bool _endPending;

    /// <summary>The header section of the request being read.</summary>
    public MsrpHead Head { get; private set; } = null!;

    /// <summary>How the request ended.</summary>
    public MsrpFlag Flag { get; private set; }

    /// <summary>Why the stream is broken.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Whether the stream stands between two requests.</summary>
    public bool IsBetween => !_inBody && !_endPending && _scanned == 0;

    /// <summary>Takes the next frame off the front of <paramref name="input"/>; call again until incomplete or broken.</summary>
    /// <param name="input">Octets not consumed so far; at most <see cref="MsrpLimits.HeaderSection"/> are ever left over.</param>
    /// <param name="data">The piece of body, for <see cref="MsrpFrameKind.Data"/>; lies in the input.</param>
    public MsrpFrameKind Next(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (_endPending)
        {
            _endPending = false;
            return MsrpFrameKind.End;
        }

        return Fault.Length > 0 ? MsrpFrameKind.Broken : _inBody ? NextOfBody(ref input, out data) : NextHead(ref input);
    }

    private MsrpFrameKind NextHead(ref ReadOnlySpan<byte> input)
    {
        while (_scanned == 0 && input.StartsWith("\r\n"u8))
        {
            input = input[2..]; // a keep-alive that some send
        }

        while (true)
        {
            var length = input[_scanned..].IndexOf("\r\n"u8);
            if (length < 0)
            {
                // Whatever does not begin as it must is refused before it fills a buffer.
                var front = input[..Math.Min(input.Length, 5)];
                return !"MSRP "u8.StartsWith(front) && !"\r\n"u8.StartsWith(front) ? Break("not MSRP")
                    : input.Length > MsrpLimits.HeaderSection ? Break("the header section is too long")
                    : MsrpFrameKind.Incomplete;
            }

            var line = input.Slice(_scanned, length);
            if (_scanned == 0)
            {
                if (!MsrpHeadParser.TryStart(line, out var transactionId, out _))
                {
                    return Break("a malformed start line");
                }

                SetEndLine(transactionId);
            }
            else if (line.IsEmpty)
            {
                return EndHead(ref input, hasBody: true);
            }
            else if (TryFlag(line, out var flag))
            {
                Flag = flag;
                return EndHead(ref input, hasBody: false);
            }

            _scanned += length + 2;
            if (_scanned > MsrpLimits.HeaderSection)
            {
                return Break("the header section is too long");
            }
        }
    }

    private MsrpFrameKind EndHead(ref ReadOnlySpan<byte> input, bool hasBody)
    {
        var head = _parser.Parse(input[.._scanned], hasBody);
        if (head is null)
        {
            return Break("a malformed header section");
        }

        var lineLength = hasBody ? 2 : _endLength - 2 + 1 + 2; // dashes and id, flag, CRLF
        input = input[(_scanned + lineLength)..];
        _scanned = 0;
        _inBody = hasBody;
        _bodyBegun = false;
        _endPending = !hasBody;
        Head = head;
        return MsrpFrameKind.Head;
    }

    private MsrpFrameKind NextOfBody(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> data)
    {
        data = default;
        var endLine = _endLine.AsSpan(0, _endLength);
        if (!_bodyBegun)
        {
            // An empty body: its own CRLF may be missing, as the empty line before it ends in one (some peers write it so).
            var bare = endLine[2..];
            if (input.Length < bare.Length + 3 && bare.StartsWith(input[..Math.Min(input.Length, bare.Length)]))
            {
                return MsrpFrameKind.Incomplete;
            }

            _bodyBegun = true;
            if (input.StartsWith(bare) && TryFlag(input[..(bare.Length + 1)], out var flag) && input[(bare.Length + 1)..].StartsWith("\r\n"u8))
            {
                return EndBody(ref input, bare.Length, flag);
            }
        }

        for (var from = 0; ;)
        {
            var at = input[from..].IndexOf(endLine);
            if (at < 0)
            {
                return TakeData(ref input, input.Length - HeldBack(input[from..], endLine), out data);
            }

            at += from;
            var after = input[(at + _endLength)..];
            if (after.Length < 3)
            {
                return TakeData(ref input, at, out data);
            }

            if (TryFlag(input.Slice(at + 2, _endLength - 1), out var flag) && after[1] == '\r' && after[2] == '\n')
            {
                return at > 0 ? TakeData(ref input, at, out data) : EndBody(ref input, _endLength, flag);
            }

            from = at + 1; // looks like the end-line but is not: part of the body
        }
    }

    private MsrpFrameKind EndBody(ref ReadOnlySpan<byte> input, int length, MsrpFlag flag)
    {
        input = input[(length + 3)..];
        Flag = flag;
        _inBody = false;
        return MsrpFrameKind.End;
    }

    private static MsrpFrameKind TakeData(ref ReadOnlySpan<byte> input, int length, out ReadOnlySpan<byte> data)
    {
        data = input[..length];
        input = input[length..];
        return length == 0 ? MsrpFrameKind.Incomplete : MsrpFrameKind.Data;
    }

    /// <summary>How many octets at the end may be the beginning of the end-line.</summary>
    private static int HeldBack(ReadOnlySpan<byte> input, ReadOnlySpan<byte> endLine)
    {
        for (var length = Math.Min(endLine.Length - 1, input.Length); length > 0; length--)
        {
            if (input[^length] == '\r' && endLine.StartsWith(input[^length..]))
            {
                return length;
            }
        }

        return 0;
    }

    private bool TryFlag(ReadOnlySpan<byte> line, out MsrpFlag flag)
    {
        flag = default;
        if (line.Length != _endLength - 1 || !line.StartsWith(_endLine.AsSpan(2, _endLength - 2)))
        {
            return false;
        }

        flag = (MsrpFlag)line[^1];
        return flag is MsrpFlag.More or MsrpFlag.Last or MsrpFlag.Aborted;
    }

    private void SetEndLine(ReadOnlySpan<byte> transactionId)
    {
        "\r\n-------"u8.CopyTo(_endLine);
        transactionId.CopyTo(_endLine.AsSpan(9));
        _endLength = 9 + transactionId.Length;
    }

    private MsrpFrameKind Break(string fault)
    {
        Fault = fault;
        return MsrpFrameKind.Broken;
    }
}
