using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pds.Xrpc;

/// <summary>
/// Where authentication plugs in. The module that reads tokens registers one ordinary handler under <see cref="Scheme"/>:
/// it answers <see cref="AuthenticateResult.NoResult"/> without an <c>Authorization</c> header, <see cref="Success"/> with a
/// caller, and <see cref="AuthenticateResult.Fail(Exception)"/> with an <see cref="XrpcException"/>, which is what the client
/// then gets. It runs only for methods that name a policy of <see cref="Access"/>, and finds what they ask for by
/// <see cref="AccessRule.Of"/>. Whether the kind of credential suffices is decided after it, in this library.
/// </summary>
public static class XrpcAuthentication
{
    /// <summary>The name of the authentication scheme.</summary>
    public const string Scheme = "Xrpc";

    // Authorization wants a principal; what is known of the caller is in Caller.
    private static readonly ClaimsPrincipal Authenticated = new(new ClaimsIdentity(Scheme));

    /// <summary>The result for a request whose credentials are good.</summary>
    public static AuthenticateResult Success(HttpContext context, Caller caller)
    {
        context.Features.Set(caller);
        context.RequestServices.GetService<Pseudonyms>()?.Name(caller.Did);
        return AuthenticateResult.Success(new AuthenticationTicket(Authenticated, Scheme));
    }
}
