using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Clients;

namespace Pds.Modules.Auth.OAuth.Authorization;

/// <summary>Apps as people may see them.</summary>
internal static class ClientViews
{
    public static ClientView Of(OAuthClient client) => new(
        client.ClientId, client.Host, client.Name, client.LogoPath, client.ClientUri, client.PolicyUri, client.TosUri,
        client.IsTrusted, client.IsLoopback);

    /// <summary>What is left of an app whose metadata cannot be had.</summary>
    public static ClientView OfMissing(string clientId) => new(
        clientId, Uri.TryCreate(clientId, UriKind.Absolute, out var uri) ? uri.Host : clientId, null, null, null, null, null,
        IsTrusted: false, IsLoopback: false);
}
