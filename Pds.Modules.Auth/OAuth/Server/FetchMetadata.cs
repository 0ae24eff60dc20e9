using Microsoft.AspNetCore.Http;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// What browsers say of a request: the authorization page is only ever navigated to, as the document of a window, and not posted
/// to by others. Browsers that say nothing are let through.
/// </summary>
internal static class FetchMetadata
{
    /// <summary>Why a request for the page is refused; null when it is not.</summary>
    public static string? Refuse(HttpRequest request, string origin) =>
        !Is(request, "Sec-Fetch-Mode", "navigate") ? "This page can only be navigated to"
        : !Is(request, "Sec-Fetch-Dest", "document") ? "This page cannot be a part of another"
        : !Is(request, "Sec-Fetch-Site", "same-origin", "same-site", "cross-site", "none") ? "Unknown Sec-Fetch-Site"
        : !Is(request, "Origin", origin) ? "Unexpected Origin"
        : null;

    private static bool Is(HttpRequest request, string header, params ReadOnlySpan<string> allowed)
    {
        var value = request.Headers[header];
        return value.Count == 0 || (value.Count == 1 && allowed.Contains(value[0]));
    }
}
