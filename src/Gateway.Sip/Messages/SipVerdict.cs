using System.Collections.Immutable;

namespace Gateway.Sip.Messages;

/// <summary>What a user agent server does with a request before anyone looks at its meaning. A closed set.</summary>
public abstract record SipVerdict
{
    private SipVerdict()
    {
    }

    /// <summary>Go on.</summary>
    public sealed record Accept : SipVerdict
    {
        /// <summary>The one instance.</summary>
        public static Accept Instance { get; } = new();
    }

    /// <summary>Refuse with this response.</summary>
    /// <param name="Status">Status code.</param>
    /// <param name="Phrase">Reason phrase.</param>
    public sealed record Respond(int Status, string Phrase) : SipVerdict
    {
        /// <summary>Header fields of the response, such as Allow or Unsupported.</summary>
        public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

        /// <summary>The response to <paramref name="request"/>.</summary>
        public SipResponse ToResponse(SipRequest request, string toTag)
        {
            var builder = SipMessageBuilder.Response(request, Status, Phrase, toTag);
            foreach (var (name, value) in Headers)
            {
                builder.Add(name, value);
            }

            return builder.BuildResponse();
        }
    }

    /// <summary>Say nothing: an ACK is never answered.</summary>
    public sealed record Drop : SipVerdict
    {
        /// <summary>The one instance.</summary>
        public static Drop Instance { get; } = new();
    }
}
