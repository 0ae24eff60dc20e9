using OpenIddict.Server;
using Pds.Contracts.Auth;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Leaves the request for the page, to which OpenIddict then passes it on.</summary>
internal sealed class ShowAuthorization : IOpenIddictServerHandler<HandleAuthorizationRequestContext>
{
    public ValueTask HandleAsync(HandleAuthorizationRequestContext context)
    {
        var stored = context.Transaction.GetStoredRequest()!;
        var request = context.Request;
        context.Transaction.GetHttpContext().Features.Set(new AuthorizationRequest(
            stored.ClientId, request.RequestUri!, request.RedirectUri!, request.Scope ?? "", request.Prompt ?? "",
            request.LoginHint, request.UiLocales, stored.PushedAt));
        return ValueTask.CompletedTask;
    }
}
