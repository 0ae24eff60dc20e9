using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>
/// Holds the caller's kind of credentials against the rule of the method. There is one way to read them and every policy is one rule,
/// so what the framework does for many of each, with schemes, handlers and principals looked for anew on every request, is left out.
/// </summary>
internal sealed class AccessEvaluator(ICallerAuthentication authentication, Pseudonyms? pseudonyms = null) : IPolicyEvaluator
{
    private static readonly Task<PolicyAuthorizationResult> Allowed = Task.FromResult(PolicyAuthorizationResult.Success());

    // What is known of the caller is in Caller.
    private static readonly Task<AuthenticateResult> NoPrincipal = Task.FromResult(AuthenticateResult.NoResult());

    public Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context)
    {
        var reading = authentication.ReadAsync(context, RuleOf(policy));
        if (!reading.IsCompletedSuccessfully)
        {
            return FinishAsync(context, reading);
        }

        Note(context, reading.Result);
        return NoPrincipal;
    }

    public Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource)
    {
        var rule = RuleOf(policy);
        if (Caller.Of(context) is { } caller)
        {
            return (caller.Kind & rule.Kinds) != 0 ? Allowed
                : throw (caller.Kind is AccessKind.OAuth
                    ? XrpcErrors.Forbidden("OAuth credentials are not supported for this endpoint")
                    : XrpcErrors.InvalidToken("Bad token scope"));
        }

        return rule.IsOptional ? Allowed : throw XrpcErrors.AuthMissing();
    }

    private async Task<AuthenticateResult> FinishAsync(HttpContext context, ValueTask<Caller?> reading)
    {
        Note(context, await reading);
        return await NoPrincipal;
    }

    private void Note(HttpContext context, Caller? caller)
    {
        if (caller is not null)
        {
            context.Features.Set(caller);
            pseudonyms?.Name(caller.Did);
        }
    }

    // Of two policies on one method, none may be passed over.
    private static AccessRule RuleOf(AuthorizationPolicy policy) => policy.Requirements is [AccessRule rule]
        ? rule
        : throw new InvalidOperationException($"A method has one policy, one of {nameof(Access)}.");
}
