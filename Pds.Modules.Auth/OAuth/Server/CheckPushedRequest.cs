using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Server;
using Pds.Modules.Auth.OAuth.Scopes;
using Wolverine;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>The pushed authorization request: who makes it, and whether it asks for what may be asked for.</summary>
internal sealed class CheckPushedRequest(ClientAuthentication authentication, RequestObjects objects)
    : IOpenIddictServerHandler<ValidatePushedAuthorizationRequestContext>
{
    public async ValueTask HandleAsync(ValidatePushedAuthorizationRequestContext context)
    {
        var http = context.Transaction.GetHttpContext();
        var client = await authentication.AuthenticateAsync(http, context.Request, requireProof: false, http.RequestAborted);
        if (context.Request.Request is { } packed)
        {
            context.Request = await objects.ReadAsync(packed, client.Client, http.RequestAborted);
        }

        var request = context.Request;
        if (client.Proof is { } proof)
        {
            var asked = (string?)request["dpop_jkt"];
            if (asked is not null && asked != proof.Jkt)
            {
                throw OAuthException.InvalidToken("dpop_jkt is not the key of the DPoP proof");
            }

            request["dpop_jkt"] = proof.Jkt;
        }

        AuthorizationParameters.Check(request, client.Client);
        await ScopeExpansion.RequireSetsAsync(
            request.Scope!, http.RequestServices.GetRequiredService<IMessageBus>(), http.RequestAborted);
        context.SetRedirectUri(request.RedirectUri!);
        context.Transaction.SetClient(client);
    }
}
