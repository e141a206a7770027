using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Errors;
using Gateway.Mapping.Policy;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Stanzas;
using Polly;
using Polly.Retry;

namespace Gateway.Mapping.Messages;

/// <summary>
/// Brings words to SIP as MESSAGE: cut where they do not fit (MAPPING M-5), sent again while the other side cannot take them,
/// after one redirection (M-19). Always comes to an end: delivered, or an error for the sender.
/// </summary>
internal sealed class PageSender
{
    /// <summary>RFC 3428 section 8: of a request whose way is not known to bear more.</summary>
    public const int MaxBytes = 1_300;

    private const int LeastRoom = 64; // octets of words in a part; with less the header fields alone are too long
    private const int MostParts = 50;
    private const string PlainText = "text/plain;charset=UTF-8";

    private static readonly ResiliencePropertyKey<DateTimeOffset> Until = new("until");

    private readonly MappingOptions _options;
    private readonly AccessPolicy _policy;
    private readonly ISipUserAgent _agent;
    private readonly ResiliencePipeline<SipResult> _patience;

    public PageSender(
        MappingOptions options, AccessPolicy policy, ISipUserAgent agent, TimeProvider time, Action<int> onRetry)
    {
        _options = options;
        _policy = policy;
        _agent = agent;
        _patience = new ResiliencePipelineBuilder<SipResult> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<SipResult>
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is { } result
                    && Patience.MayRecover(result.Status, result.RetryAfter)
                    && time.GetUtcNow() + Patience.Wait(result.RetryAfter, args.AttemptNumber) <= args.Context.Properties.GetValue(Until, default)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(Patience.Wait(args.Outcome.Result!.RetryAfter, args.AttemptNumber)),
                OnRetry = args =>
                {
                    onRetry(args.Outcome.Result!.Status);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>Sends words; once at least.</summary>
    /// <param name="message">The words.</param>
    /// <param name="until">When to give up.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    public async Task<PageOutcome> SendAsync(PageMessage message, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var text = message.Text!;
        if (message.Formatted is { } formatted && await FormattedAsync(message, formatted, until, cancellationToken).ConfigureAwait(false) is { } outcome)
        {
            return outcome;
        }

        var body = BodyOf(message, text, isLast: true);
        var result = await _agent.SendAsync(Request(message, message.Target, body, isFirst: true), cancellationToken).ConfigureAwait(false);
        if (result.Status >= 300)
        {
            result = await AgainAsync(result, message, body, isFirst: true, until, cancellationToken).ConfigureAwait(false);
        }

        if (result is not { Status: 513, IsLocal: true })
        {
            return OutcomeOf(result);
        }

        var room = Encoding.UTF8.GetByteCount(text) - (result.RequestBytes - MaxBytes);
        if (_options.Messages.LongMessages == LongMessages.Refuse || room < LeastRoom || LongText.Split(text, room) is not { Count: <= MostParts } parts)
        {
            return TooLong();
        }

        for (var i = 0; i < parts.Count; i++)
        {
            result = await PatientlyAsync(message, BodyOf(message, parts[i], i == parts.Count - 1), i == 0, until, cancellationToken)
                .ConfigureAwait(false);
            if (result.Status >= 300)
            {
                return result is { Status: 513, IsLocal: true } ? TooLong() : OutcomeOf(result);
            }
        }

        return OutcomeOf(result);
    }

    /// <summary>Null when the words have to go plain.</summary>
    private async Task<PageOutcome?> FormattedAsync(
        PageMessage message, SipBody formatted, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var body = message.Wrap is { } wrap ? wrap(formatted) : formatted;
        var result = await PatientlyAsync(message, body, isFirst: true, until, cancellationToken).ConfigureAwait(false);
        if (result is { Status: 513, IsLocal: true })
        {
            return null;
        }

        if (result.Status is not (406 or 415 or 488 or 606))
        {
            return OutcomeOf(result);
        }

        message.FormattedRefused?.Invoke();
        return null;
    }

    /// <summary>Sends a sign once: it is not worth more.</summary>
    public Task<SipResult> SendSignAsync(PageMessage sign, CancellationToken cancellationToken) =>
        _agent.SendAsync(Request(sign, sign.Target, sign.Sign!, isFirst: false), cancellationToken);

    private async Task<SipResult> PatientlyAsync(
        PageMessage message, SipBody body, bool isFirst, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var first = await _agent.SendAsync(Request(message, message.Target, body, isFirst), cancellationToken).ConfigureAwait(false);
        return await AgainAsync(first, message, body, isFirst, until, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What becomes of it after its first result. Most messages are taken at once: the machinery of trying again is for the others.</summary>
    private async Task<SipResult> AgainAsync(
        SipResult result, PageMessage message, SipBody body, bool isFirst, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var first = await FollowedAsync(result, message, body, isFirst, cancellationToken).ConfigureAwait(false);
        if (!Patience.MayRecover(first.Status, first.RetryAfter))
        {
            return first;
        }

        SipResult? known = first;
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        try
        {
            context.Properties.Set(Until, until);
            return await _patience.ExecuteAsync(
                async context => Interlocked.Exchange(ref known, null)
                    ?? await OnceAsync(message, body, isFirst, context.CancellationToken).ConfigureAwait(false),
                context).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<SipResult> OnceAsync(PageMessage message, SipBody body, bool isFirst, CancellationToken cancellationToken)
    {
        var result = await _agent.SendAsync(Request(message, message.Target, body, isFirst), cancellationToken).ConfigureAwait(false);
        return await FollowedAsync(result, message, body, isFirst, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SipResult> FollowedAsync(
        SipResult result, PageMessage message, SipBody body, bool isFirst, CancellationToken cancellationToken) =>
        // 380 offers another service, not another address.
        result.Status is >= 300 and < 400 and not 380 && _policy.TryFollow(result.Contacts, message.Target, out var other)
            ? await _agent.SendAsync(Request(message, other, body, isFirst), cancellationToken).ConfigureAwait(false)
            : result;

    private static OutgoingRequest Request(PageMessage message, SipTarget target, SipBody body, bool isFirst)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(1); // more is rare
        if (target.Trunk is not null)
        {
            headers.Add(new(SipHeaders.PAssertedIdentity, message.From.ToString()));
        }

        if (isFirst && message.Subject is { } subject)
        {
            headers.Add(new(SipHeaders.Subject, subject));
        }

        if (message.Language is { } language)
        {
            headers.Add(new(SipHeaders.ContentLanguage, language));
        }

        if (message.Sent is { } sent)
        {
            headers.Add(new(SipHeaders.Date, sent.UtcDateTime.ToString("r", CultureInfo.InvariantCulture)));
        }

        return new OutgoingRequest(SipMethod.Message, target.RequestUri, message.From, target.To)
        {
            NextHop = target.NextHop,
            Credentials = target.Credentials,
            Conversation = message.Conversation,
            Body = body,
            ExtraHeaders = headers.DrainToImmutable(),
            MaxBytes = MaxBytes,
        };
    }

    private static SipBody BodyOf(PageMessage message, string text, bool isLast)
    {
        var body = SipBody.OfText(PlainText, text);
        return isLast && message.Wrap is { } wrap ? wrap(body) : body;
    }

    private PageOutcome OutcomeOf(SipResult result) => result.Status < 300
        ? new PageOutcome.Delivered(IsConfirmed: result.Status == 200)
        : new PageOutcome.Failed(ErrorMapping.ToXmpp(result.Status, result.Phrase, _options.ExposeReason), result.Status);

    // RFC 7572 section 6.
    private static PageOutcome.Failed TooLong() =>
        new(new StanzaError(StanzaErrorCondition.PolicyViolation, "too long for a message to SIP", "modify"), 513);
}
