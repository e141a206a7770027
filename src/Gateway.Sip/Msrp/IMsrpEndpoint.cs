namespace Gateway.Sip.Msrp;

/// <summary>Message sessions of the Message Session Relay Protocol (RFC 4975). All methods may be called from any thread.</summary>
public interface IMsrpEndpoint
{
    /// <summary>
    /// A new session with a path of its own; it does nothing on the network before a description was exchanged
    /// (<see cref="IMsrpSession.Offer"/> or <see cref="IMsrpSession.TryAnswer"/>). It is held until
    /// <see cref="IMsrpSession.Close"/>.
    /// </summary>
    /// <param name="terms">What this side takes and does; may be changed by a later offer or answer.</param>
    /// <param name="sink">Told what happens; see <see cref="IMsrpSink"/>.</param>
    IMsrpSession Create(MsrpTerms terms, IMsrpSink sink);
}

/// <summary>
/// One message session. The owner does the signalling (INVITE, BYE) and passes descriptions in and out; the session connects,
/// binds, sends, resends, reassembles and reports. All methods may be called from any thread and return at once.
/// </summary>
public interface IMsrpSession
{
    /// <summary>Where the peer reaches this side: relays first, our own URI last (RFC 4975 section 8.2).</summary>
    MsrpPath LocalPath { get; }

    /// <summary>What the peer's last description said; null before one was read.</summary>
    MsrpMedia? Remote { get; }

    /// <summary>Whether a connection is bound to the session: messages flow.</summary>
    bool IsConnected { get; }

    /// <summary>
    /// Completes when the path can be given to the peer: at once without a relay, or with a path that the relay still holds; after
    /// the relay's answer to AUTH otherwise (RFC 4976). Behind a relay nothing is described before.
    /// </summary>
    ValueTask<MsrpPreparation> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// After <see cref="IMsrpSink.OnConnectionLost"/>: a new URI, to re-create the session by a re-INVITE; behind a relay it is to
    /// be prepared. Messages not confirmed yet are sent again with their Message-ID once it is connected (RFC 4975 section 5.4,
    /// MAPPING C-22).
    /// </summary>
    void TakeNewPath();

    /// <summary>
    /// A whole session description with one m=message stream, as an offer. The same text again (same o= version) as long as
    /// nothing changed (RFC 4975 section 8.4, MAPPING C-21).
    /// </summary>
    /// <param name="terms">New terms; null keeps the present ones.</param>
    string Offer(MsrpTerms? terms = null);

    /// <summary>
    /// The peer has offered anew, and its owner takes time to answer: a SEND on the path of that offer waits a moment for the answer,
    /// as one does that overtakes the answer to <see cref="Offer"/>.
    /// </summary>
    void Expect();

    /// <summary>An exchange came to nothing, whoever began it: what was described before holds (RFC 3261 section 14.1).</summary>
    void KeepDescription();

    /// <summary>Takes the answer to <see cref="Offer"/>, then connects or waits to be connected to.</summary>
    /// <param name="description">The peer's session description.</param>
    /// <param name="fault">What is wrong with it, without quoting it.</param>
    /// <returns>False when it does not accept the stream, or cannot be used: end the call.</returns>
    bool TryAcceptAnswer(string description, out string fault);

    /// <summary>
    /// Reads an offer and answers it: the first usable m=message stream is accepted, every other stream is refused with port 0
    /// (MAPPING C-23 leaves mixed offers to the caller). Then waits to be connected to, or connects (RFC 6135).
    /// A re-offer with unchanged paths leaves the connection alone.
    /// </summary>
    /// <param name="offer">The peer's session description.</param>
    /// <param name="terms">New terms; null keeps the present ones.</param>
    /// <param name="answer">Our session description.</param>
    /// <param name="fault">Status for the INVITE (488 mostly) and what is wrong, without quoting the offer.</param>
    bool TryAnswer(string offer, MsrpTerms? terms, out string answer, out MsrpRefusal fault);

    /// <summary>
    /// Queues a message; it is sent in order, after the session is connected if it is not yet, in chunks, fairly beside the
    /// other messages of its connection. Its outcome comes as <see cref="IMsrpSink.OnSent"/> or
    /// <see cref="IMsrpSink.OnSendFailed"/>, exactly one of them, and reports by <see cref="IMsrpSink.OnReport"/>.
    /// </summary>
    MsrpSendResult Send(MsrpOutgoingMessage message);

    /// <summary>The message reached its end: a success REPORT if the sender asked for one (RFC 4975 section 7.1.3).</summary>
    void Succeed(MsrpIncomingMessage message);

    /// <summary>
    /// The message could not be delivered. During <see cref="IMsrpSink.OnMessage"/> the status answers the request, later it
    /// goes as a failure REPORT, each unless the sender wished none (RFC 4975 section 7.1.4).
    /// </summary>
    /// <param name="message">As received.</param>
    /// <param name="status">400, 403, 413 or 415.</param>
    void Fail(MsrpIncomingMessage message, int status);

    /// <summary>
    /// Ends the session: nothing more is sent or delivered; messages without an outcome get
    /// <see cref="IMsrpSink.OnSendFailed"/> with status 0. The connection goes when its last session has.
    /// </summary>
    void Close();
}

/// <summary>
/// The owner of a session. Called by the endpoint, one call at a time for a session; must return at once and never throw
/// (post to a mailbox).
/// </summary>
public interface IMsrpSink
{
    /// <summary>A connection is bound: messages flow both ways. Again after each re-creation.</summary>
    void OnConnected();

    /// <summary>
    /// A whole message, reassembled; duplicates (same Message-ID) are kept away (RFC 4975 section 5.4). Its type is one of
    /// <see cref="MsrpTerms.AcceptTypes"/>, its size within <see cref="MsrpTerms.MaxSize"/>. Call
    /// <see cref="IMsrpSession.Fail"/> before returning to refuse it, else it is answered 200.
    /// </summary>
    void OnMessage(MsrpIncomingMessage message);

    /// <summary>
    /// The message is the peer's (or the relay's): every chunk was answered 200. With <see cref="MsrpFailureReport.No"/> and
    /// <see cref="MsrpFailureReport.Partial"/>, which are never answered 200, it was written to the connection.
    /// </summary>
    void OnSent(string messageId);

    /// <summary>A REPORT about a message of ours (RFC 4975 section 7.3.2).</summary>
    void OnReport(MsrpReport report);

    /// <summary>
    /// The message failed: the peer's status (413, 415, 481, 506 …), 408 when no answer came in time, 0 when the session ended.
    /// </summary>
    void OnSendFailed(string messageId, int status);

    /// <summary>
    /// The session has no connection any more, or got none in time. Offer again with a new path (a re-INVITE), or close;
    /// messages without an outcome are kept for that until then.
    /// </summary>
    void OnConnectionLost(MsrpLoss why);

    /// <summary>
    /// The description must be exchanged anew, with <see cref="IMsrpSession.Offer"/> in a re-INVITE: the relay's authorization of
    /// the path ends soon (RFC 4976 section 9.4), or a middlebox that does not know msrp-cema is in the way (RFC 6714 section 4.2).
    /// Messages flow on meanwhile where they can.
    /// </summary>
    void OnReofferNeeded()
    {
    }
}
