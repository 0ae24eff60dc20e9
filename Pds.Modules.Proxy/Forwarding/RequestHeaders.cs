using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>What of a request's headers a service gets to see: never who sent it, from where, or with which credentials.</summary>
internal static class RequestHeaders
{
    // Read here before it is passed on, so it must be in an encoding that is known here.
    private static readonly string[] Readable = ["br", "gzip", "deflate"];

    public static void Copy(HttpContext context, HttpRequestMessage request, AnswerForm form)
    {
        var hasBody = request.Content is not null;
        foreach (var (name, values) in context.Request.Headers)
        {
            if (IsForwarded(name, hasBody))
            {
                // Headers of the body are refused by the first and taken by the second.
                string?[] all = values!;
                if (!request.Headers.TryAddWithoutValidation(name, all))
                {
                    request.Content?.Headers.TryAddWithoutValidation(name, all);
                }
            }
        }

        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        request.Headers.TryAddWithoutValidation(
            HeaderNames.AcceptEncoding, accepted.Length == 0 ? "identity" : form == AnswerForm.AsAccepted ? accepted : Narrow(accepted, form));
    }

    private static bool IsForwarded(string name, bool hasBody) => name.Length switch
    {
        // Ordered by length: a request has some twenty headers, and most are told apart by this alone.
        12 => (hasBody && Is(name, HeaderNames.ContentType)) || IsExtension(name),
        13 => Is(name, "x-bsky-topics") || IsExtension(name),
        14 => (hasBody && Is(name, HeaderNames.ContentLength)) || IsExtension(name),
        15 => Is(name, HeaderNames.AcceptLanguage) || IsExtension(name),
        16 => (hasBody && Is(name, HeaderNames.ContentEncoding)) || IsExtension(name),
        23 => Is(name, "atproto-accept-labelers") || IsExtension(name),
        > 10 => IsExtension(name),
        _ => false,
    };

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsExtension(string name) => name.StartsWith("x-atproto-", StringComparison.OrdinalIgnoreCase);

    private static string Narrow(string accepted, AnswerForm form)
    {
        var readable = string.Join(
            ", ",
            Readable.Where(encoding => accepted.Contains(encoding, StringComparison.OrdinalIgnoreCase))
                .Select(encoding => form == AnswerForm.Plain ? $"{encoding};q=0.1" : encoding));
        return readable.Length == 0 ? "identity" : form == AnswerForm.Plain ? $"identity, {readable}" : readable;
    }
}
