using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Checks the assertions (RFC 7523) by which apps prove who they are. Each is good once, and for us alone.</summary>
internal sealed class ClientAssertionVerifier(ServiceOptions service, ReplayMemory replays, TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    /// <exception cref="OAuthException"><c>invalid_client</c>, or <c>invalid_grant</c> for one that was shown before.</exception>
    public async Task<ClientAssertion> VerifyAsync(OAuthClient client, string assertion, CancellationToken cancellationToken)
    {
        if (!Handler.CanReadToken(assertion))
        {
            throw OAuthException.InvalidClient("client_assertion is not a JWT");
        }

        var token = Handler.ReadJsonWebToken(assertion);
        var key = client.Keys?.Keys.FirstOrDefault(key => key.Kid == token.Kid && token.Kid.Length > 0)
            ?? throw OAuthException.InvalidClient("client_assertion names a key that the client does not have");
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = client.AssertionAlgorithm is { } algorithm ? [algorithm] : ProofAlgorithm.Names,
            IssuerSigningKey = key,
            ValidIssuer = client.ClientId,
            ValidAudience = service.PublicUrl,
            ValidateLifetime = false,
        });
        if (!result.IsValid || token.Subject != client.ClientId || token.Id.Length == 0 || !IsOfThisTime(token))
        {
            throw OAuthException.InvalidClient("client_assertion could not be verified");
        }

        var keep = token.ValidTo > DateTime.MinValue ? token.ValidTo - time.GetUtcNow().UtcDateTime : MaxAge * 1.1;
        return await replays.TryUseAsync("assertion", $"{client.ClientId} {token.Id}", keep, cancellationToken)
            ? new ClientAssertion(token.Alg, token.Kid, Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()))
            : throw OAuthException.InvalidGrant("private_key_jwt jti reused");
    }

    private bool IsOfThisTime(JsonWebToken token)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return token.IssuedAt >= now - MaxAge
            && token.IssuedAt <= now + MaxAge
            && (token.ValidTo == DateTime.MinValue || token.ValidTo > now)
            && token.ValidFrom <= now + MaxAge;
    }
}
