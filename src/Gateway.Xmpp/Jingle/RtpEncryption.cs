using System.Collections.Immutable;
using System.Text;

namespace Gateway.Xmpp.Jingle;

/// <summary>SDES keys (XEP-0167 section 7).</summary>
/// <param name="Required">The peer ends the session rather than talk in clear.</param>
/// <param name="Cryptos">The suites offered, or the one accepted.</param>
public sealed record RtpEncryption(bool Required, ImmutableArray<RtpCrypto> Cryptos);

/// <summary>A suite with its key: RFC 4568's crypto attribute. The key never appears in <see cref="object.ToString"/>.</summary>
/// <param name="Tag">Decimal identifier.</param>
/// <param name="Suite">crypto-suite.</param>
/// <param name="KeyParams">key-params, a secret.</param>
/// <param name="SessionParams">session-params; null when absent.</param>
public sealed record RtpCrypto(int Tag, string Suite, string KeyParams, string? SessionParams = null)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Tag = ").Append(Tag).Append(", Suite = ").Append(Suite);
        return true;
    }
}
