using Microsoft.AspNetCore.Http;
using OpenIddict.Abstractions;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Proofs;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Finds out which app makes a request, by what its metadata says that it shows: nothing, or a signed assertion.</summary>
internal sealed class ClientAuthentication(ProofVerifier proofs, ClientDirectory clients, ClientAssertionVerifier assertions)
{
    /// <param name="requireProof">Whether a request without a DPoP proof is refused.</param>
    /// <exception cref="OAuthException">It is not who it says, or no such app.</exception>
    public async Task<AuthenticatedClient> AuthenticateAsync(
        HttpContext context, OpenIddictRequest request, bool requireProof, CancellationToken cancellationToken)
    {
        var proof = await proofs.VerifyAsync(context, accessToken: null, cancellationToken);
        if (proof is null && requireProof)
        {
            throw OAuthException.InvalidDpopProof("DPoP proof required");
        }

        if (string.IsNullOrEmpty(request.ClientId))
        {
            throw OAuthException.InvalidRequest("client_id is required");
        }

        if (request.ClientSecret is not null || context.Request.Headers.Authorization.Count > 0)
        {
            throw OAuthException.InvalidClient("Client secrets are not supported");
        }

        var client = await clients.GetAsync(request.ClientId, cancellationToken);
        if (!client.IsConfidential)
        {
            return request.ClientAssertion is null
                ? new AuthenticatedClient(client, null, proof)
                : throw OAuthException.InvalidClient("The metadata of this client says that it does not authenticate");
        }

        if (request.ClientAssertionType != OpenIddictConstants.ClientAssertionTypes.JwtBearer || request.ClientAssertion is null)
        {
            throw OAuthException.InvalidClient("client_assertion of type jwt-bearer is required");
        }

        var assertion = await assertions.VerifyAsync(client, request.ClientAssertion, cancellationToken);
        if (assertion.Jkt == proof?.Jkt)
        {
            throw OAuthException.InvalidRequest("The DPoP proof must be signed with a different key than the client assertion");
        }

        return new AuthenticatedClient(client, AuthenticatedClient.KeyOf(assertion), proof);
    }
}
