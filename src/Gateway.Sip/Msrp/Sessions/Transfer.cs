namespace Gateway.Sip.Msrp.Sessions;

/// <summary>A message of ours on its way.</summary>
internal sealed class Transfer(MsrpOutgoingMessage message, long order)
{
    private readonly bool _holdsDashes = message.Body.Span.IndexOf(Wire.MsrpSyntax.Dashes) >= 0;

    public MsrpOutgoingMessage Message => message;

    /// <summary>Its place among the messages of the session, for sending again in the same order.</summary>
    public long Order => order;

    /// <summary>Octets written so far: the next chunk begins here.</summary>
    public int Position { get; set; }

    /// <summary>Whether the end of the message was written.</summary>
    public bool IsWritten { get; set; }

    /// <summary>Requests that wait for their response.</summary>
    public int Unanswered { get; set; }

    /// <summary>Refused by the peer: an open chunk is to be given up with <c>#</c> (RFC 4975 section 7.3.2).</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Whether every request of it must be answered (section 7.1.1).</summary>
    public bool IsAnswered => message.FailureReport == MsrpFailureReport.Yes;

    /// <summary>More than 2,048 octets are left, so the chunk must be interruptible (section 7.1.1, MAPPING C-14).</summary>
    public bool IsLong => message.Body.Length - Position > 2048;

    /// <summary>An id whose end-line does not occur in the rest of the body (section 7.1, MAPPING C-12).</summary>
    public string NewTransactionId()
    {
        while (true)
        {
            var id = MsrpIdentifiers.Transaction();
            if (!_holdsDashes || message.Body.Span[Position..].IndexOf(System.Text.Encoding.ASCII.GetBytes(id)) < 0)
            {
                return id;
            }
        }
    }

    /// <summary>The connection is gone: all of it is to be sent again, with the same Message-ID (section 5.4).</summary>
    public void Rewind()
    {
        Position = 0;
        IsWritten = false;
        Unanswered = 0;
    }
}
