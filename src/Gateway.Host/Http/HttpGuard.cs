using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Gateway.Host.Configuration;
using Microsoft.AspNetCore.Http;

namespace Gateway.Host.Http;

/// <summary>
/// Lets only the operator in. With a token every request needs it, as Bearer (RFC 6750), or as the password of Basic
/// (RFC 7617), which a browser can ask for. Without one, on loopback, the Host header field must be a loopback name or a
/// literal address, so that a web page cannot reach the gateway through a name of its own (DNS rebinding).
/// </summary>
internal sealed class HttpGuard(HttpOptions options)
{
    private readonly byte[]? _token = options.Token is null ? null : Hash(options.Token.Reveal());

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (_token is null)
        {
            return IsOurName(context.Request.Host.Host)
                ? next(context)
                : Refuse(context, StatusCodes.Status421MisdirectedRequest, "ask for the gateway by its address, or set Http.Token");
        }

        if (Presented(context.Request.Headers.Authorization) is { } presented
            && CryptographicOperations.FixedTimeEquals(Hash(presented), _token))
        {
            return next(context);
        }

        context.Response.Headers.WWWAuthenticate = new(["Bearer realm=\"gateway\"", "Basic realm=\"gateway\", charset=\"UTF-8\""]);
        return Refuse(context, StatusCodes.Status401Unauthorized, "Http.Token is needed");
    }

    private static bool IsOurName(string host) =>
        host is "localhost" or "" || IPAddress.TryParse(host.Trim('[', ']'), out _);

    private static string? Presented(string? authorization)
    {
        if (authorization is null)
        {
            return null;
        }

        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return authorization["Bearer ".Length..].Trim();
        }

        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = authorization["Basic ".Length..].Trim();
        Span<byte> decoded = encoded.Length <= 2048 && Base64.IsValid(encoded) ? Convert.FromBase64String(encoded) : [];
        var colon = decoded.IndexOf((byte)':');
        return colon < 0 ? null : Encoding.UTF8.GetString(decoded[(colon + 1)..]);
    }

    private static Task Refuse(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ErrorView(why), HttpJson.Default.ErrorView, cancellationToken: context.RequestAborted);
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
