using AtProto;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Pds.Modules.Auth.OAuth.Sessions;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Turns a request that was granted into a code. It can be turned once.</summary>
internal sealed class IssueCode(RequestStore requests) : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>The claim that holds the browser which the request is bound to.</summary>
    public const string DeviceClaim = "device";

    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType != OpenIddictServerEndpointType.Authorization)
        {
            return;
        }

        var stored = context.Transaction.GetStoredRequest()!;
        var principal = context.Principal!;
        var code = OpaqueToken.NewCode();
        var isFirst = await requests.CompleteAsync(
            stored.Id, stored.ClientId, principal.GetClaim(DeviceClaim)!, Did.Parse(principal.GetClaim(OpenIddictConstants.Claims.Subject)!),
            string.Join(' ', principal.GetScopes()), OpaqueToken.Hash(code), context.Transaction.GetHttpContext().RequestAborted);
        if (!isFirst)
        {
            context.Reject(OpenIddictConstants.Errors.AccessDenied, "This request was already authorized");
            return;
        }

        (context.GenerateAuthorizationCode, context.IncludeAuthorizationCode, context.AuthorizationCode) = (false, true, code);
    }
}
