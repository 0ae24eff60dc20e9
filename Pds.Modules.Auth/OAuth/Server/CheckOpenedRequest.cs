using OpenIddict.Server;
using Pds.Modules.Auth.OAuth.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>The authorization endpoint takes a pushed request and nothing else; the parameters were checked when it was pushed.</summary>
internal sealed class CheckOpenedRequest : IOpenIddictServerHandler<ValidateAuthorizationRequestContext>
{
    public ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
    {
        if (context.Request.RequestUri?.StartsWith(OpaqueToken.RequestUriPrefix, StringComparison.Ordinal) != true)
        {
            context.Reject(Errors.InvalidRequest, "The request has to be pushed first, and opened by its request_uri");
        }
        else if (string.IsNullOrEmpty(context.Request.ClientId))
        {
            context.Reject(Errors.InvalidRequest, "client_id is required");
        }

        return ValueTask.CompletedTask;
    }
}
