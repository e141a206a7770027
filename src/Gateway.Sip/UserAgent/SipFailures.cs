using System.Collections.Immutable;
using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.UserAgent;

/// <summary>Final failures as the owner of a call sees them.</summary>
internal static class SipFailures
{
    private const int LongestPhrase = 128;
    private const int MostContacts = 8;

    public static SipFailure Of(SipResponse response) =>
        new(response.Status, PhraseOf(response), IsLocal: false)
        {
            Reasons = ReasonHeader.Read(response),
            Contacts = response.Status is >= 300 and < 400 ? Contacts(response) : [],
            RetryAfter = response.Number(SipHeaders.RetryAfter) is { } seconds ? (int)Math.Min(seconds, int.MaxValue) : null,
        };

    /// <summary>The reason phrase, fit for others to read.</summary>
    public static string PhraseOf(SipResponse response) => HeaderText.Cut(response.Phrase, LongestPhrase);

    /// <summary>Nowhere to send it.</summary>
    public static SipFailure NoWay { get; } = Local(503);

    /// <summary>Made here: the peer said nothing final.</summary>
    public static SipFailure Local(int status) => new(status, SipPhrases.Of(status), IsLocal: true);

    /// <summary>The request is larger than its sender allows: nothing was sent.</summary>
    public static SipFailure TooLarge(int bytes) => Local(513) with { RequestBytes = bytes };

    /// <summary>A timeout counts as 408, a transport error as 503 (RFC 3261 section 8.1.3.1).</summary>
    public static SipFailure Of(TransactionFailure failure) => Local(failure == TransactionFailure.Timeout ? 408 : 503);

    /// <summary>By q value, highest first; equal ones as they came (RFC 3261 section 8.1.3.4).</summary>
    private static ImmutableArray<SipUri> Contacts(SipResponse response) =>
        response.TryAddresses(SipHeaders.Contact, out var contacts)
            ? [.. contacts.OrderByDescending(Q).Take(MostContacts).Select(contact => contact.Uri)]
            : [];

    private static double Q(NameAddr contact) =>
        double.TryParse(contact.Parameter("q"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q) ? q : 1;
}
