using Gateway.Host.Configuration;
using Gateway.Host.Cli.SnippetTexts;

namespace Gateway.Host.Cli;

/// <summary>What <c>gateway snippet</c> can print.</summary>
internal static class Snippets
{
    /// <summary>By the name on the command line.</summary>
    public static readonly IReadOnlyDictionary<string, Func<GatewayOptions, string>> All =
        new SortedDictionary<string, Func<GatewayOptions, string>>(StringComparer.Ordinal)
        {
            ["prosody"] = ProsodySnippet.Text,
            ["ejabberd"] = EjabberdSnippet.Text,
            ["kamailio"] = KamailioSnippet.Text,
            ["asterisk"] = AsteriskSnippet.Text,
        };
}
