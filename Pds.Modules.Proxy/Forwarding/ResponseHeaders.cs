using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>What of an answer's headers a client gets to see.</summary>
internal static class ResponseHeaders
{
    public const string RepoRev = "atproto-repo-rev";

    private static readonly string[] OfContent = ["content-type", "content-length", "content-encoding", "content-language"];

    private static readonly string[] OfAnswer = [RepoRev, "atproto-content-labelers", "retry-after"];

    /// <param name="withContent">Also those that describe the body as it was sent.</param>
    public static void Copy(HttpResponseMessage from, HttpResponse to, bool withContent)
    {
        CopyEach(OfAnswer, from.Headers, to);
        if (withContent)
        {
            CopyEach(OfContent, from.Content.Headers, to);
        }
    }

    /// <summary>A header's first value.</summary>
    public static string? Find(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static void CopyEach(string[] names, HttpHeaders from, HttpResponse to)
    {
        foreach (var name in names)
        {
            if (from.NonValidated.TryGetValues(name, out var values))
            {
                to.Headers[name] = values.ToString();
            }
        }
    }
}
