using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Requests that come as one JWT (RFC 9101): signed by apps that have keys, plain from those that have none. Each is good once,
/// for a minute.
/// </summary>
internal sealed class RequestObjects(ServiceOptions service, ReplayMemory replays, TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(59);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };
    private static readonly string[] Claims = ["iss", "aud", "sub", "iat", "exp", "nbf", "jti"];

    /// <returns>The parameters in it, which stand in for all others.</returns>
    /// <exception cref="OAuthException"><c>invalid_request</c>.</exception>
    public async Task<OpenIddictRequest> ReadAsync(string text, OAuthClient client, CancellationToken cancellationToken)
    {
        if (!Handler.CanReadToken(text))
        {
            throw OAuthException.InvalidRequest("The request object is not a JWT");
        }

        var token = Handler.ReadJsonWebToken(text);
        if (!(client.Keys is { } keys ? await IsSignedAsync(token, client, keys) : IsPlain(token, client)) || !IsOfThisTime(token))
        {
            throw OAuthException.InvalidRequest("The request object could not be verified");
        }

        if (token.Id.Length == 0)
        {
            throw OAuthException.InvalidRequest("The request object has no jti");
        }

        if (!await replays.TryUseAsync("request", $"{client.ClientId} {token.Id}", MaxAge * 1.1, cancellationToken))
        {
            throw OAuthException.InvalidRequest("The request object was replayed");
        }

        var request = ReadParameters(token);
        return request.ClientId == client.ClientId
            ? request
            : throw OAuthException.InvalidRequest("The client_id of the request object is not the client's");
    }

    private async Task<bool> IsSignedAsync(JsonWebToken token, OAuthClient client, JsonWebKeySet keys)
    {
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = ProofAlgorithm.Names,
            IssuerSigningKeys = keys.Keys.Where(key => key.Kid == token.Kid),
            TryAllIssuerSigningKeys = false,
            ValidIssuer = client.ClientId,
            ValidAudience = service.PublicUrl,
            ValidateLifetime = false,
        });
        return result.IsValid;
    }

    private bool IsPlain(JsonWebToken token, OAuthClient client) =>
        token.Alg == SecurityAlgorithms.None
        && token.EncodedSignature.Length == 0
        && (token.Issuer.Length == 0 || token.Issuer == client.ClientId)
        && (!token.Audiences.Any() || token.Audiences.Contains(service.PublicUrl));

    private bool IsOfThisTime(JsonWebToken token)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return token.IssuedAt >= now - MaxAge
            && token.IssuedAt <= now + MaxAge
            && (token.ValidTo == DateTime.MinValue || token.ValidTo > now)
            && token.ValidFrom <= now;
    }

    private static OpenIddictRequest ReadParameters(JsonWebToken token)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        var request = new OpenIddictRequest();
        foreach (var member in payload.RootElement.EnumerateObject().Where(member => !Claims.Contains(member.Name)))
        {
            request.SetParameter(
                member.Name,
                member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.GetRawText());
        }

        return request;
    }
}
