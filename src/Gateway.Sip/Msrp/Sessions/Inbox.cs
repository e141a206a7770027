using Gateway.Sip.Msrp.Wire;

namespace Gateway.Sip.Msrp.Sessions;

/// <summary>What a request came to.</summary>
/// <param name="Status">200, or why it is refused.</param>
/// <param name="Message">The whole message, when this was its last piece.</param>
/// <param name="IsRepeated">The message was received before: answered and reported, not delivered again.</param>
internal readonly record struct Received(int Status, MsrpIncomingMessage? Message = null, bool IsRepeated = false);

/// <summary>
/// The receiving half of a session: puts messages together from chunks in any order, with bounds on all it holds
/// (RFC 4975 section 7.3.1, MAPPING C-14, C-15). No input or output of its own.
/// </summary>
internal sealed class Inbox(MsrpLimits limits)
{
    private readonly Dictionary<string, Assembly> _assemblies = [];
    private readonly KnownMessages _known = new(limits.RememberedMessages);
    private MsrpHead? _current;
    private Assembly? _assembly;
    private long _held;
    private bool _isRepeated;

    /// <summary>What may be received; changes with every description we give.</summary>
    public required MsrpTerms Terms { get; set; }

    /// <summary>Messages that are in pieces.</summary>
    public int Incomplete => _assemblies.Count;

    /// <summary>A SEND with a body begins.</summary>
    /// <returns>0 to go on, or the status that refuses it.</returns>
    public int Begin(MsrpHead head, long now)
    {
        var id = head.MessageId!;
        var start = head.ByteRange?.Start ?? 1;
        _current = head;
        _assembly = null;
        _isRepeated = _known.TryGet(id, out _, out _);
        if (_isRepeated)
        {
            return 0;
        }

        if (!MsrpTypes.Matches(Terms.AcceptTypes, head.ContentType!))
        {
            return Refuse(id, 415);
        }

        if (head.ByteRange?.Total > Terms.MaxSize || start > Terms.MaxSize + 1L)
        {
            return Refuse(id, 413);
        }

        if (!_assemblies.TryGetValue(id, out var assembly))
        {
            if (_assemblies.Count == limits.Assemblies)
            {
                return 413;
            }

            assembly = new Assembly(head);
            _assemblies.Add(id, assembly);
        }

        assembly.LastTouched = now;
        assembly.BeginPiece(start);
        if (assembly.Pieces > limits.Gaps)
        {
            return Refuse(id, 413);
        }

        _assembly = assembly;
        return 0;
    }

    /// <summary>A piece of its body.</summary>
    /// <returns>0 to go on, or the status that refuses the rest (413 at the limit: MAPPING C-15).</returns>
    public int Data(ReadOnlySpan<byte> data)
    {
        if (_assembly is not { } assembly)
        {
            return 0; // a repetition
        }

        var end = assembly.NextPosition + data.Length - 1;
        if (end > Terms.MaxSize || assembly.Held + data.Length > 2L * Terms.MaxSize || _held + data.Length > 4L * Terms.MaxSize)
        {
            return Refuse(_current!.MessageId!, 413);
        }

        assembly.Append(data);
        _held += data.Length;
        return 0;
    }

    /// <summary>The request ends.</summary>
    public Received End(MsrpFlag flag)
    {
        var head = _current!;
        var id = head.MessageId!;
        if (_assembly is not { } assembly)
        {
            return new Received(200, _isRepeated && flag == MsrpFlag.Last ? Message(head, default) : null, IsRepeated: true);
        }

        _assembly = null;
        if (flag == MsrpFlag.Aborted)
        {
            Drop(id);
            return new Received(200);
        }

        if (flag == MsrpFlag.Last && !assembly.TrySetTotal(assembly.NextPosition - 1))
        {
            return new Received(Refuse(id, 400));
        }

        if (!assembly.IsComplete)
        {
            return new Received(200);
        }

        Drop(id);
        _known.Add(id, (int)assembly.Total!.Value);
        return new Received(200, Message(assembly.First, assembly.ToMessage()));
    }

    /// <summary>The connection broke within a request: what came of it is kept for the repetition.</summary>
    public void Interrupted()
    {
        _assembly = null;
        _current = null;
    }

    /// <summary>What became of a message that was delivered.</summary>
    public void Decide(string messageId, MessageFate fate) => _known.Set(messageId, fate);

    /// <summary>What became of a message that comes again.</summary>
    public (MessageFate Fate, int Length) FateOf(string messageId) =>
        _known.TryGet(messageId, out var fate, out var length) ? (fate, length) : (MessageFate.Undecided, 0);

    /// <summary>Gives up messages that nothing was heard of for long.</summary>
    public void Expire(long olderThan)
    {
        if (_assemblies.Count == 0)
        {
            return;
        }

        foreach (var (id, assembly) in _assemblies.Where(pair => pair.Value.LastTouched < olderThan && pair.Value != _assembly).ToArray())
        {
            _held -= assembly.Held;
            _assemblies.Remove(id);
        }
    }

    private static MsrpIncomingMessage Message(MsrpHead head, ReadOnlyMemory<byte> body) => new()
    {
        MessageId = head.MessageId!,
        ContentType = head.ContentType!,
        Body = body,
        SuccessReport = head.SuccessReport,
        FailureReport = head.FailureReport,
        Headers = head.Headers,
    };

    private int Refuse(string messageId, int status)
    {
        Drop(messageId);
        _assembly = null;
        return status;
    }

    private void Drop(string messageId)
    {
        if (_assemblies.Remove(messageId, out var assembly))
        {
            _held -= assembly.Held;
        }
    }
}
