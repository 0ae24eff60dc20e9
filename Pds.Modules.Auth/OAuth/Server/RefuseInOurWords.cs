using Microsoft.AspNetCore.Http;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// What OpenIddict itself refuses, for what is left to it, leaves in the same shape as our own refusals: its descriptions
/// point to its site.
/// </summary>
internal sealed class RefuseInOurWords<TContext> : IOpenIddictServerHandler<TContext> where TContext : BaseRequestContext
{
    public ValueTask HandleAsync(TContext context) => context.Transaction.Response?.Error switch
    {
        null or "" => ValueTask.CompletedTask,
        "unsupported_grant_type" => throw OAuthException.InvalidGrant("This grant_type is not supported"),
        "server_error" => throw new InvalidOperationException("OpenIddict could not answer."),
        var error => throw new OAuthException(StatusCodes.Status400BadRequest, error, "The parameters of the request do not fit together"),
    };
}
