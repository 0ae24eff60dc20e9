using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pds.Xrpc;

/// <summary>
/// Compresses answers for clients that ask, when there is enough to gain: text and JSON from one KiB on. Smaller answers go
/// out as they are, for the state of a compressor costs more than the whole of a small call.
/// </summary>
internal sealed class CompressionMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var encoding = Choose(context.Request.Headers.AcceptEncoding.ToString());
        return encoding is null || context.WebSockets.IsWebSocketRequest || HttpMethods.IsHead(context.Request.Method)
            ? next(context)
            : CompressAsync(context, encoding);
    }

    private async Task CompressAsync(HttpContext context, string encoding)
    {
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var body = new CompressedBody(context.Response, original, encoding);
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context);
            await body.FinishAsync();
        }
        finally
        {
            context.Features.Set(original);
            await body.DisposeAsync();
        }
    }

    private static string? Choose(ReadOnlySpan<char> accepted)
    {
        string? best = null;
        foreach (var range in accepted.Split(','))
        {
            var offer = accepted[range].Trim();
            var semicolon = offer.IndexOf(';');
            if (semicolon >= 0)
            {
                if (IsRefused(offer[(semicolon + 1)..].Trim()))
                {
                    continue;
                }

                offer = offer[..semicolon].TrimEnd();
            }

            if (offer.Equals("br", StringComparison.OrdinalIgnoreCase))
            {
                return "br";
            }

            if (offer.Equals("gzip", StringComparison.OrdinalIgnoreCase) || offer is "*")
            {
                best = "gzip";
            }
        }

        return best;
    }

    private static bool IsRefused(ReadOnlySpan<char> parameter) =>
        parameter.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) && !parameter.ContainsAnyInRange('1', '9');
}
