using OpenIddict.Server;
using Pds.Modules.Auth.OAuth.Sessions;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Keeps a pushed request under a name that its app gets to know, in place of one that carries it all.</summary>
internal sealed class IssueRequestUri(RequestStore requests, TimeProvider time) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType != OpenIddictServerEndpointType.PushedAuthorization)
        {
            return;
        }

        var client = context.Transaction.GetClient()!;
        var name = OpaqueToken.NewRequest();
        var now = time.GetUtcNow();
        await requests.AddAsync(
            new StoredRequest(
                OpaqueToken.Hash(name), client.Client.ClientId, PushedParameters.Write(context.Request!),
                (string?)context.Request!["dpop_jkt"], client.Key, now, now + RequestStore.Lifetime),
            context.Transaction.GetHttpContext().RequestAborted);

        (context.GenerateRequestToken, context.IncludeRequestToken, context.RequestToken) = (false, true, name);
    }
}
