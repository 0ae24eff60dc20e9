using System.Text.Json;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class ServerMetadataTests(PdsFixture pds)
{
    private static readonly string[] Algorithms =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES256K", "ES384", "ES512"];

    [Fact]
    public async Task Says_what_the_server_can_field_by_field()
    {
        var reply = (await ReadAsync("/.well-known/oauth-authorization-server")).Ok();
        var issuer = $"http://localhost:{pds.Url.Port}";
        var expected = new Dictionary<string, object>
        {
            ["issuer"] = issuer,
            ["authorization_endpoint"] = $"{issuer}/oauth/authorize",
            ["token_endpoint"] = $"{issuer}/oauth/token",
            ["pushed_authorization_request_endpoint"] = $"{issuer}/oauth/par",
            ["require_pushed_authorization_requests"] = true,
            ["revocation_endpoint"] = $"{issuer}/oauth/revoke",
            ["jwks_uri"] = $"{issuer}/oauth/jwks",
            ["client_id_metadata_document_supported"] = true,
            ["authorization_response_iss_parameter_supported"] = true,
            ["protected_resources"] = new[] { issuer },
            ["response_types_supported"] = new[] { "code" },
            ["response_modes_supported"] = new[] { "query", "fragment", "form_post" },
            ["grant_types_supported"] = new[] { "authorization_code", "refresh_token" },
            ["code_challenge_methods_supported"] = new[] { "S256" },
            ["token_endpoint_auth_methods_supported"] = new[] { "none", "private_key_jwt" },
            ["token_endpoint_auth_signing_alg_values_supported"] = Algorithms,
            ["dpop_signing_alg_values_supported"] = Algorithms,
            ["scopes_supported"] = new[] { "atproto", "transition:email", "transition:generic", "transition:chat.bsky" },
            ["prompt_values_supported"] = new[] { "none", "login", "consent", "select_account", "create" },
            ["subject_types_supported"] = new[] { "public" },
            ["display_values_supported"] = new[] { "page", "popup", "touch" },
            ["request_parameter_supported"] = true,
            ["request_uri_parameter_supported"] = true,
            ["require_request_uri_registration"] = true,
            ["request_object_signing_alg_values_supported"] = Algorithms.Append("none"),
            ["request_object_encryption_alg_values_supported"] = Array.Empty<string>(),
            ["request_object_encryption_enc_values_supported"] = Array.Empty<string>(),
        };

        Assert.Equal("application/json", reply.Header("Content-Type"));
        Assert.Equal("max-age=300", reply.Header("Cache-Control"));
        Assert.Equal("*", reply.Header("Access-Control-Allow-Origin"));
        Assert.Contains("en", reply.Json.GetProperty("ui_locales_supported").EnumerateArray().Select(locale => locale.GetString()));
        Assert.Equal(
            expected.Keys.Append("ui_locales_supported").Order(), reply.Json.EnumerateObject().Select(member => member.Name).Order());
        Assert.All(expected, field => Assert.Equal(
            JsonSerializer.Serialize(field.Value), JsonSerializer.Serialize(reply.Json.GetProperty(field.Key))));
    }

    [Fact]
    public async Task Shows_the_public_halves_of_the_signing_keys_and_nothing_else_of_them()
    {
        var reply = (await ReadAsync("/oauth/jwks")).Ok();

        var keys = reply.Json.GetProperty("keys").EnumerateArray().ToArray();
        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.Equal(
            ["kty", "crv", "alg", "use", "kid", "x", "y"], key.EnumerateObject().Select(member => member.Name)));
        Assert.Equal("*", reply.Header("Access-Control-Allow-Origin"));
    }

    private async Task<XrpcReply> ReadAsync(string path)
    {
        var server = await pds.GetServerAsync();
        return await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
    }
}
