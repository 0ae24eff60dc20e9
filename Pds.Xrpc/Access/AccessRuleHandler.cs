using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>Holds the caller's kind of credentials against the rule of the method.</summary>
internal sealed class AccessRuleHandler : AuthorizationHandler<AccessRule>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, AccessRule requirement)
    {
        if (context.Resource is not HttpContext http)
        {
            return;
        }

        if (Caller.Of(http) is { } caller)
        {
            if ((caller.Kind & requirement.Kinds) == 0)
            {
                throw caller.Kind is AccessKind.OAuth
                    ? XrpcErrors.Forbidden("OAuth credentials are not supported for this endpoint")
                    : XrpcErrors.InvalidToken("Bad token scope");
            }

            context.Succeed(requirement);
            return;
        }

        // The result is kept from the first time: this asks, it does not authenticate again.
        var result = await http.AuthenticateAsync(XrpcAuthentication.Scheme);
        if (result.None && requirement.IsOptional)
        {
            context.Succeed(requirement);
            return;
        }

        throw result.Failure as XrpcException
            ?? (result.None ? XrpcErrors.AuthMissing() : XrpcErrors.InvalidToken("Token could not be verified"));
    }
}
