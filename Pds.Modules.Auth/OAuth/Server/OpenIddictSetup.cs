using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Pds.Modules.Auth.OAuth.Authorization;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Xrpc;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// The authorization server, and OpenIddict in it as the profile wants it: it reads requests, holds them against the rules of OAuth and sends the answers. Who an app
/// is, and what codes and tokens stand for, is ours to say at its extension points, in tables made for it.
/// </summary>
internal static class OpenIddictSetup
{
    public static IServiceCollection AddOAuthServer(this IServiceCollection services)
    {
        services.AddSingleton<RequestStore>().AddSingleton<ConsentStore>();
        services.AddSingleton<OAuthSessionStore>().AddSingleton<OAuthSessions>();
        services.AddHostedService<ExpirySweep>();

        services.AddSingleton<ClientDocuments>().AddSingleton<ClientCache>().AddSingleton<ClientDirectory>();
        services.AddSingleton<ClientAssertionVerifier>().AddSingleton<ClientLogos>();
        services.AddSingleton<ClientAuthentication>().AddSingleton<RequestObjects>();
        services.AddSingleton<CodeGrant>().AddSingleton<RefreshGrant>().AddSingleton<AccessTokenIssuer>();
        services.AddSingleton<TokenIssuance>().AddSingleton<RefreshAnswer>();

        services.AddHandled<AuthorizationFlow>().AddHandled<ConnectedApps>();

        services.AddSingleton<IAuthenticationSchemeProvider, RequestSchemes>();

        // It writes down whole requests, with what proves that a code is the app's own. What is refused is counted and told elsewhere.
        services.AddSingleton<ILogger<OpenIddictServerDispatcher>>(NullLogger<OpenIddictServerDispatcher>.Instance);
        services.AddOpenIddict().AddServer(Configure);
        services.AddOptions<OpenIddictServerOptions>()
            .Configure<ServiceOptions, TimeProvider>((options, service, time) =>
            {
                options.Issuer = new Uri(service.PublicUrl);
                options.TimeProvider = time;
            });
        return services;
    }

    private static void Configure(OpenIddictServerBuilder server)
    {
        // "Degraded" is without OpenIddict's own tables of clients and tokens.
        server.EnableDegradedMode();
        server.SetPushedAuthorizationEndpointUris(OAuthMiddleware.PushPath[1..])
            .SetAuthorizationEndpointUris(OAuthMiddleware.AuthorizePath[1..])
            .SetTokenEndpointUris(OAuthMiddleware.TokenPath[1..])
            .SetConfigurationEndpointUris(Array.Empty<Uri>())
            .SetJsonWebKeySetEndpointUris(Array.Empty<Uri>());
        server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow();
        server.RequirePushedAuthorizationRequests().RequireProofKeyForCodeExchange();
        server.RegisterPromptValues(Endpoints.ServerMetadata.PromptValues);
        server.DisableScopeValidation().DisableResourceValidation();
        server.UseAspNetCore()
            .EnableAuthorizationEndpointPassthrough()
            .EnableErrorPassthrough()
            .SuppressJsonResponseIndentation()
            .DisableTransportSecurityRequirement();

        // It wants keys, and makes nothing with them: what it would sign or encrypt are names of rows here.
        server.AddSigningKey(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)));
        server.AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)));

        Add<ProcessAuthenticationContext, RestoreTokens>(server, OpenIddictServerHandlers.EvaluateValidatedTokens.Descriptor.Order + 500);

        AddFirst<ValidatePushedAuthorizationRequestContext, CheckPushedRequest>(server);
        AddFirst<ValidateTokenRequestContext, CheckTokenRequest>(server);
        AddFirst<HandleAuthorizationRequestContext, ShowAuthorization>(server);
        AddFirst<ValidateAuthorizationRequestContext, CheckOpenedRequest>(server);

        var generating = OpenIddictServerHandlers.EvaluateGeneratedTokens.Descriptor.Order + 500;
        Add<ProcessSignInContext, IssueRequestUri>(server, generating);
        Add<ProcessSignInContext, IssueCode>(server, generating);
        Add<ProcessSignInContext, IssueTokens>(server, generating);
        Add<ProcessSignInContext, NameTokenType>(server, OpenIddictServerHandlers.AttachSignInParameters.Descriptor.Order + 500);

        Add<ApplyAuthorizationResponseContext, AnswerAuthorization>(
            server,
            OpenIddictServerAspNetCoreHandlers.AttachCacheControlHeader<ApplyAuthorizationResponseContext>.Descriptor.Order + 500);
        AddFirst<ApplyPushedAuthorizationResponseContext, RefuseInOurWords<ApplyPushedAuthorizationResponseContext>>(server);
        AddFirst<ApplyTokenResponseContext, RefuseInOurWords<ApplyTokenResponseContext>>(server);
    }

    private static void AddFirst<TContext, THandler>(OpenIddictServerBuilder server)
        where TContext : BaseContext
        where THandler : class, IOpenIddictServerHandler<TContext> => Add<TContext, THandler>(server, int.MinValue);

    private static void Add<TContext, THandler>(OpenIddictServerBuilder server, int order)
        where TContext : BaseContext
        where THandler : class, IOpenIddictServerHandler<TContext> =>
        server.AddEventHandler<TContext>(handler => handler.UseSingletonHandler<THandler>().SetOrder(order));
}
