using Microsoft.AspNetCore.Mvc.Filters;
using Pds.Contracts.Auth;
using Pds.Xrpc;

namespace Pds.Web.Browsing;

/// <summary>
/// Holds what browsers say of a request against what a page expects: that it is opened as a page, that a form comes from a page
/// of ours, and a script's question from a script of ours. Where a browser says nothing, antiforgery tokens have to do.
/// </summary>
internal sealed class BrowserChecks(ServiceOptions service) : IAuthorizationFilter
{
    /// <summary>Sent by our scripts with their questions.</summary>
    public const string ScriptHeader = "X-Pds-Script";

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        // The authorization endpoint has judged for itself, and its page says what is wrong.
        if (context.HttpContext.Features.Get<AuthorizationFailure>() is not null)
        {
            return;
        }

        var request = context.HttpContext.Request;
        var isScript = request.Headers.ContainsKey(ScriptHeader);
        var isForm = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        if (!IsOneOf(request, "Sec-Fetch-Mode", isScript ? ["same-origin"] : ["navigate"])
            || !IsOneOf(request, "Sec-Fetch-Dest", isScript ? ["empty"] : ["document"])
            || !IsOneOf(request, "Sec-Fetch-Site", isForm || isScript ? ["same-origin"] : ["same-origin", "same-site", "cross-site", "none"])
            || !IsOneOf(request, "Origin", [service.PublicUrl]))
        {
            throw new XrpcException(StatusCodes.Status403Forbidden, "Forbidden", "The request does not come from a page of this server");
        }
    }

    private static bool IsOneOf(HttpRequest request, string header, ReadOnlySpan<string> values) =>
        request.Headers[header] is not { Count: > 0 } sent || values.Contains(sent.ToString());
}
