using Microsoft.AspNetCore.Http;

namespace Gateway.Host.Http;

/// <summary>The console: live sessions, and the messages of the chosen one side by side.</summary>
internal static class ConsolePage
{
    private static readonly string Html = Read("console.html");
    private static readonly string Script = Read("console.js");

    /// <summary>One page, nothing loaded from elsewhere; what peers wrote is only ever shown as text.</summary>
    public static Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Hash(Script)}'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        return context.Response.WriteAsync(
            Html.Replace("{{script}}", Script, StringComparison.Ordinal), context.RequestAborted);
    }

    private static string Hash(string script) =>
        Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(script)));

    private static string Read(string name)
    {
        using var stream = typeof(ConsolePage).Assembly.GetManifestResourceStream($"Gateway.Host.Http.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
