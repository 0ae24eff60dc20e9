using System.Buffers;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Checks the assertions (RFC 7523) by which apps prove who they are. Each is good once, and for us alone.</summary>
internal sealed class ClientAssertionVerifier(
    ClientDirectory clients, ReplayMemory replays, ProofKeys keys, ServiceOptions service, TimeProvider time)
{
    private const int MaxAge = 60;
    private const int Tolerance = 60;

    /// <exception cref="OAuthException"><c>invalid_client</c>, or <c>invalid_grant</c> for one that was shown before.</exception>
    public async Task<ClientAssertion> VerifyAsync(OAuthClient client, string assertion, CancellationToken cancellationToken)
    {
        var jwt = AssertionJwt.Parse(assertion);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        CheckClaims(jwt, client, now);

        var key = FindSigner(client, jwt)
            ?? FindSigner(await clients.GetRefreshedAsync(client, cancellationToken), jwt)
            ?? throw AssertionJwt.Refuse("is not signed with a key of the client that its kid names");

        // As long as it could be shown again, and a tenth.
        var end = Math.Min(jwt.Issued + MaxAge, jwt.Expires ?? double.MaxValue);
        return await replays.TryUseAsync(
            "assertion", $"{client.ClientId} {jwt.Id}", TimeSpan.FromSeconds(1 + ((end - now) * 1.1)), cancellationToken)
            ? new ClientAssertion(jwt.Algorithm.Name, jwt.KeyId, key.Thumbprint)
            : throw OAuthException.InvalidGrant("client_assertion was used before: its jti is not new");
    }

    private void CheckClaims(AssertionJwt jwt, OAuthClient client, double now)
    {
        if (jwt.Issuer != client.ClientId)
        {
            throw AssertionJwt.Refuse("has another iss than client_id");
        }

        if (jwt.Subject != client.ClientId)
        {
            throw AssertionJwt.Refuse("has another sub than client_id");
        }

        if (!jwt.Audience.Contains(service.PublicUrl))
        {
            throw AssertionJwt.Refuse("has another aud than the issuer");
        }

        if (!(jwt.Issued >= now - MaxAge && jwt.Issued <= now + Tolerance))
        {
            throw AssertionJwt.Refuse("has an iat more than 60 s away");
        }

        if (jwt.Expires <= now)
        {
            throw AssertionJwt.Refuse("is expired");
        }

        if (jwt.NotBefore > now + Tolerance)
        {
            throw AssertionJwt.Refuse("is not valid yet");
        }
    }

    // By the key's own algorithm, when it has one, and not by that of the metadata: client libraries sign with what they find first
    // among the algorithms of the server.
    private ProofKey? FindSigner(OAuthClient client, AssertionJwt jwt)
    {
        var jwk = client.Keys?.Keys.FirstOrDefault(key =>
            key.Kid == jwt.KeyId
            && key.Use is null or "sig"
            && (key.Alg is null || key.Alg == jwt.Algorithm.Name));
        return jwk is not null && Import(jwk) is { } key && key.Verify(jwt.Algorithm, jwt.Signed, jwt.Signature) ? key : null;
    }

    private ProofKey? Import(JsonWebKey jwk)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kty", jwk.Kty);
            json.WriteString("crv", jwk.Crv);
            json.WriteString("x", jwk.X);
            json.WriteString("y", jwk.Y);
            json.WriteString("n", jwk.N);
            json.WriteString("e", jwk.E);
            json.WriteEndObject();
        }

        try
        {
            var reader = new Utf8JsonReader(buffer.WrittenSpan);
            return keys.Get(ProofJwk.Read(ref reader));
        }
        catch (OAuthException)
        {
            // Of a kind or strength that nothing here is signed with.
            return null;
        }
    }
}
