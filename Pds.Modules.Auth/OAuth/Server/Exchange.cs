using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Http;
using OpenIddict.Server;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>What the steps of one request hand to each other.</summary>
internal static class Exchange
{
    /// <summary>The app that makes the request.</summary>
    public static AuthenticatedClient? GetClient(this OpenIddictServerTransaction transaction) =>
        transaction.GetProperty<AuthenticatedClient>(nameof(AuthenticatedClient));

    public static void SetClient(this OpenIddictServerTransaction transaction, AuthenticatedClient client) =>
        transaction.SetProperty(nameof(AuthenticatedClient), client);

    /// <summary>The pushed request that the authorization endpoint was opened with.</summary>
    public static StoredRequest? GetStoredRequest(this OpenIddictServerTransaction transaction) =>
        transaction.GetProperty<StoredRequest>(nameof(StoredRequest));

    public static void SetStoredRequest(this OpenIddictServerTransaction transaction, StoredRequest request) =>
        transaction.SetProperty(nameof(StoredRequest), request);

    /// <summary>What the token endpoint is about to give out.</summary>
    public static TokenGrant? GetGrant(this OpenIddictServerTransaction transaction) =>
        transaction.GetProperty<TokenGrant>(nameof(TokenGrant));

    public static void SetGrant(this OpenIddictServerTransaction transaction, TokenGrant grant) =>
        transaction.SetProperty(nameof(TokenGrant), grant);

    public static HttpContext GetHttpContext(this OpenIddictServerTransaction transaction) =>
        transaction.GetHttpRequest()?.HttpContext ?? throw new InvalidOperationException("OpenIddict runs outside of a request.");
}
