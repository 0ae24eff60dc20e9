using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>
/// Holds the caller's kind of credentials against the rule of the method. Every policy is one scheme and one rule, so what the
/// framework's own evaluator does for many of each, with a principal merged and handlers looked for anew on every request, is left out.
/// </summary>
internal sealed class AccessEvaluator : IPolicyEvaluator
{
    private static readonly Task<PolicyAuthorizationResult> Allowed = Task.FromResult(PolicyAuthorizationResult.Success());

    public Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context) =>
        context.AuthenticateAsync(XrpcAuthentication.Scheme);

    public Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource)
    {
        // Of two policies on one method, none may be passed over.
        if (policy.Requirements is not [AccessRule rule])
        {
            throw new InvalidOperationException($"A method has one policy, one of {nameof(Access)}.");
        }

        if (Caller.Of(context) is { } caller)
        {
            if ((caller.Kind & rule.Kinds) == 0)
            {
                throw caller.Kind is AccessKind.OAuth
                    ? XrpcErrors.Forbidden("OAuth credentials are not supported for this endpoint")
                    : XrpcErrors.InvalidToken("Bad token scope");
            }

            return Allowed;
        }

        if (authenticationResult.None && rule.IsOptional)
        {
            return Allowed;
        }

        throw authenticationResult.Failure as XrpcException
            ?? (authenticationResult.None ? XrpcErrors.AuthMissing() : XrpcErrors.InvalidToken("Token could not be verified"));
    }
}
