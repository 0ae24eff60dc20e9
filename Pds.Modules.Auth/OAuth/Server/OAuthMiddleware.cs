using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Server.AspNetCore;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Endpoints;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// What the paths under <c>/oauth</c> have in common: the public address whatever a proxy made of it, headers, body and errors
/// in OAuth's shape. Only here is OpenIddict asked, so that no other request pays for it.
/// </summary>
internal sealed partial class OAuthMiddleware(
    RequestDelegate next, ServiceOptions service, DpopNonces nonces, RefreshAnswer refreshes, RateLimiter limiter, ILogger<OAuthMiddleware> log)
{
    public const string PushPath = "/oauth/par";
    public const string AuthorizePath = "/oauth/authorize";
    public const string TokenPath = "/oauth/token";
    public const string RevokePath = "/oauth/revoke";

    private readonly Uri _public = new(service.PublicUrl);

    public Task InvokeAsync(HttpContext context) => context.Request.Path.Value switch
    {
        PushPath or TokenPath or RevokePath => ServeAsync(context),
        AuthorizePath when HttpMethods.IsGet(context.Request.Method) => AuthorizeAsync(context),
        JsonWebKeys.Path => ShowAsync(context),
        _ => next(context),
    };

    private Task ShowAsync(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return next(context);
    }

    private async Task AuthorizeAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        if (FetchMetadata.Refuse(context.Request, service.PublicUrl) is { } reason)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            context.Features.Set(new AuthorizationFailure("invalid_request", reason));
        }
        else if (await AskOpenIddictAsync(context))
        {
            return;
        }

        await next(context);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.CacheControl = "no-store";
        headers.Pragma = "no-cache";
        headers[ProofVerifier.NonceHeaderName] = nonces.Next();
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            headers.AccessControlAllowMethods = "*";
            headers.AccessControlAllowHeaders = "Content-Type,DPoP";
            headers.AccessControlMaxAge = "86400";
            return;
        }

        headers.AccessControlExposeHeaders = $"{ProofVerifier.NonceHeaderName}, WWW-Authenticate";
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            headers.Allow = HttpMethods.Post;
            await OAuthError.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "invalid_request", "Only POST is allowed here");
            return;
        }

        try
        {
            await limiter.SpendByAddressAsync(context, RateLimit.OAuth);
            await RequestForm.ReadAsync(context);
            if (RefreshAnswer.IsFor(context.Request))
            {
                await refreshes.WriteAsync(context);
            }
            else if (!await AskOpenIddictAsync(context))
            {
                await next(context);
            }
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            await AnswerAsync(context, failure);
        }
    }

    private async Task<bool> AskOpenIddictAsync(HttpContext context)
    {
        context.Request.Scheme = _public.Scheme;
        context.Request.Host = _public.IsDefaultPort ? new HostString(_public.Host) : new HostString(_public.Host, _public.Port);
        var handlers = context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        return await handlers.GetHandlerAsync(context, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)
            is IAuthenticationRequestHandler server && await server.HandleRequestAsync();
    }

    private Task AnswerAsync(HttpContext context, Exception failure)
    {
        switch (failure)
        {
            case OAuthException refusal:
                return OAuthError.WriteAsync(context, refusal.Status, refusal.Error, refusal.Message);

            case XrpcException { Status: StatusCodes.Status429TooManyRequests } tooMany:
                context.Response.Headers.RetryAfter = RetryAfter.Seconds(tooMany.RetryAfter ?? TimeSpan.Zero);
                return OAuthError.WriteAsync(context, tooMany.Status, "temporarily_unavailable", "Too many requests; try again later");

            case BadHttpRequestException bad:
                return OAuthError.WriteAsync(context, bad.StatusCode, "invalid_request", "The body cannot be read");

            default:
                Log.Unhandled(log, failure, context.Request.Path);
                return OAuthError.WriteAsync(
                    context, StatusCodes.Status500InternalServerError, "server_error", "Something went wrong here; try again later");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed")]
        public static partial void Unhandled(ILogger logger, Exception failure, PathString path);
    }
}
