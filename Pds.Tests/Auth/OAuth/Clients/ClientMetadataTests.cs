using System.Text.Json;
using System.Text.Json.Nodes;
using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth.Clients;

public sealed class ClientMetadataTests
{
    private const string Id = "https://app.example.com/client-metadata.json";

    [Fact]
    public void A_public_web_app_is_read_with_all_that_it_says()
    {
        var client = Read(metadata =>
        {
            metadata["client_name"] = "The app";
            metadata["client_uri"] = "https://app.example.com";
            metadata["logo_uri"] = "https://cdn.example.net/logo.png";
            metadata["tos_uri"] = "https://example.com/terms";
            metadata["policy_uri"] = "https://example.com/privacy";
        });

        Assert.Equal((Id, "app.example.com", "The app", "web"), (client.ClientId, client.Host, client.Name, client.ApplicationType));
        Assert.Equal("https://app.example.com/", client.ClientUri?.AbsoluteUri);
        Assert.Equal("https://cdn.example.net/logo.png", client.LogoUri?.AbsoluteUri);
        Assert.Equal("https://example.com/terms", client.TosUri?.AbsoluteUri);
        Assert.Equal("https://example.com/privacy", client.PolicyUri?.AbsoluteUri);
        Assert.Equal(["https://app.example.com/cb"], client.RedirectUris);
        Assert.Equal(["atproto", "transition:generic"], client.Scopes.Order());
        Assert.Equal(["authorization_code", "refresh_token"], client.GrantTypes);
        Assert.False(client.IsConfidential || client.IsLoopback || client.IsTrusted);
    }

    [Fact]
    public void A_confidential_app_has_keys_and_an_algorithm()
    {
        using var key = DpopKey.Create();
        var client = Read(metadata => MakeConfidential(metadata, key));

        Assert.True(client.IsConfidential);
        Assert.Equal("ES256", client.AssertionAlgorithm);
        Assert.Equal("key-1", Assert.Single(client.Keys!.Keys).Kid);
    }

    [Fact]
    public void A_member_that_is_null_or_unknown_is_none() => Read(metadata =>
    {
        metadata["logo_uri"] = null;
        metadata["default_max_age"] = null;
        metadata["application_type"] = null;
        metadata["software_version"] = 7;
    });

    [Fact]
    public void Absent_types_are_those_of_OAuth()
    {
        var client = Read(metadata =>
        {
            metadata.Remove("application_type");
            metadata.Remove("grant_types");
            metadata.Remove("response_types");
        });

        Assert.Equal("web", client.ApplicationType);
        Assert.Equal(["authorization_code"], client.GrantTypes);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"a\"")]
    public void The_document_is_an_object(string json) =>
        AssertRefused("The metadata at client_id must be a JSON object", JsonDocument.Parse(json).RootElement);

    [Theory]
    [InlineData(null)]
    [InlineData("https://other.example.com/client-metadata.json")]
    [InlineData("https://app.example.com/client-metadata.json?")]
    public void The_client_id_is_the_URL_of_the_document(string? id) =>
        AssertRefused("client_id must be the URL of the document", metadata => metadata["client_id"] = id);

    [Theory]
    [InlineData("client_id", "must be a string")]
    [InlineData("client_name", "must be a string")]
    [InlineData("scope", "must be a string")]
    [InlineData("application_type", "must be a string")]
    [InlineData("token_endpoint_auth_method", "must be a string")]
    [InlineData("redirect_uris", "must be a list of strings")]
    [InlineData("grant_types", "must be a list of strings")]
    [InlineData("response_types", "must be a list of strings")]
    [InlineData("dpop_bound_access_tokens", "must be true or false")]
    public void Each_member_has_its_type(string name, string rule) => AssertRefused($"{name} {rule}", metadata => metadata[name] = 7);

    [Fact]
    public void A_list_of_strings_holds_strings() => AssertRefused(
        "redirect_uris must be a list of strings", metadata => metadata["redirect_uris"] = new JsonArray("https://app.example.com/cb", 7));

    [Theory]
    [InlineData("client_uri")]
    [InlineData("logo_uri")]
    [InlineData("tos_uri")]
    [InlineData("policy_uri")]
    public void Links_are_https(string name)
    {
        foreach (var link in (string[])["http://app.example.com/", "javascript:alert(1)", "data:image/png,a", "logo.png", "https://a@app.example.com/"])
        {
            AssertRefused($"{name} must be an https URL without credentials", metadata => metadata[name] = link);
        }
    }

    [Theory]
    [InlineData("client_uri")]
    [InlineData("logo_uri")]
    [InlineData("tos_uri")]
    [InlineData("policy_uri")]
    public void Links_do_not_lead_to_a_local_host(string name)
    {
        foreach (var link in (string[])["https://localhost/", "https://127.0.0.1/", "https://intranet/", "https://app.test/"])
        {
            AssertRefused($"{name} must not lead to a local host", metadata => metadata[name] = link);
        }
    }

    [Theory]
    [InlineData("https://other.example.com/")]
    [InlineData("https://example.com/")]
    [InlineData("https://app.example.com:8443/")]
    public void The_client_uri_has_the_origin_of_the_id(string uri) =>
        AssertRefused("client_uri must have the origin of client_id", metadata => metadata["client_uri"] = uri);

    [Theory]
    [InlineData("https://app.example.com/other")]
    [InlineData("https://app.example.com/client")]
    public void The_path_of_the_client_uri_is_a_parent_of_that_of_the_id(string uri) =>
        AssertRefused("client_uri must have a path that is a parent of that of client_id", metadata => metadata["client_uri"] = uri);

    [Fact]
    public void The_client_uri_may_be_the_id() =>
        Assert.Equal(Id, Read(metadata => metadata["client_uri"] = Id).ClientUri?.AbsoluteUri);

    [Theory]
    [InlineData(null, "is required")]
    [InlineData("transition:generic", "must contain atproto")]
    [InlineData("atproto atproto", "must not name a scope twice")]
    [InlineData("atproto  repo:*", "must be a list of scopes, each separated from the next by one space")]
    [InlineData("atproto \"", "must be a list of scopes, each separated from the next by one space")]
    public void The_scope_contains_atproto_and_nothing_twice(string? scope, string rule) =>
        AssertRefused($"scope {rule}", metadata => metadata["scope"] = scope);

    [Fact]
    public void Scopes_are_kept_letter_by_letter() => Assert.Contains(
        "repo?collection=b.c.d&collection=a.b.c",
        Read(metadata => metadata["scope"] = "atproto repo?collection=b.c.d&collection=a.b.c").Scopes);

    [Theory]
    [InlineData("implicit")]
    [InlineData("password")]
    [InlineData("client_credentials")]
    [InlineData("AUTHORIZATION_CODE")]
    public void Other_grant_types_are_refused(string grant) => AssertRefused(
        "grant_types may contain authorization_code and refresh_token only",
        metadata => metadata["grant_types"] = new JsonArray("authorization_code", grant));

    [Fact]
    public void A_grant_type_is_named_once() => AssertRefused(
        "grant_types must not name a grant type twice",
        metadata => metadata["grant_types"] = new JsonArray("authorization_code", "authorization_code"));

    [Fact]
    public void The_response_type_code_needs_its_grant_type() => AssertRefused(
        "grant_types must contain authorization_code, for response_types contains code",
        metadata => metadata["grant_types"] = new JsonArray("refresh_token"));

    [Fact]
    public void The_response_types_contain_code() => AssertRefused(
        "response_types must contain code", metadata => metadata["response_types"] = new JsonArray("token"));

    [Fact]
    public void The_application_type_is_web_or_native() => AssertRefused(
        "application_type must be web or native", metadata => metadata["application_type"] = "browser");

    [Fact]
    public void A_native_app_does_not_authenticate()
    {
        using var key = DpopKey.Create();
        AssertRefused("token_endpoint_auth_method must be none for native clients", metadata =>
        {
            MakeConfidential(metadata, key);
            metadata["application_type"] = "native";
        });
    }

    [Fact]
    public void The_auth_method_of_OAuth_by_default_is_refused() => AssertRefused(
        "token_endpoint_auth_method is required: by default it would be client_secret_basic, which is not supported",
        metadata => metadata.Remove("token_endpoint_auth_method"));

    [Theory]
    [InlineData("client_secret_basic")]
    [InlineData("client_secret_post")]
    [InlineData("client_secret_jwt")]
    [InlineData("tls_client_auth")]
    public void Other_auth_methods_are_refused(string method) => AssertRefused(
        "token_endpoint_auth_method must be none or private_key_jwt", metadata => metadata["token_endpoint_auth_method"] = method);

    [Fact]
    public void Without_authentication_there_is_no_algorithm() => AssertRefused(
        "token_endpoint_auth_signing_alg must be absent when token_endpoint_auth_method is none",
        metadata => metadata["token_endpoint_auth_signing_alg"] = "ES256");

    [Theory]
    [InlineData(null, "is required with private_key_jwt")]
    [InlineData("none", "must be one that the server supports")]
    [InlineData("HS256", "must be one that the server supports")]
    public void Authentication_needs_an_algorithm(string? algorithm, string rule)
    {
        using var key = DpopKey.Create();
        AssertRefused($"token_endpoint_auth_signing_alg {rule}", metadata =>
        {
            MakeConfidential(metadata, key);
            metadata["token_endpoint_auth_signing_alg"] = algorithm;
        });
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Authentication_needs_keys_in_one_place(bool inside, bool outside)
    {
        using var key = DpopKey.Create();
        AssertRefused("private_key_jwt requires either jwks or jwks_uri", metadata =>
        {
            MakeConfidential(metadata, key);
            metadata["jwks"] = inside ? metadata["jwks"]?.DeepClone() : null;
            metadata["jwks_uri"] = outside ? "https://app.example.com/jwks.json" : null;
        });
    }

    [Theory]
    [InlineData("http://app.example.com/jwks.json", "must be an https URL without credentials")]
    [InlineData("https://localhost/jwks.json", "must not lead to a local host")]
    public void Keys_elsewhere_are_at_a_public_https_URL(string address, string rule)
    {
        using var key = DpopKey.Create();
        AssertRefused($"jwks_uri {rule}", metadata =>
        {
            MakeConfidential(metadata, key);
            metadata.Remove("jwks");
            metadata["jwks_uri"] = address;
        });
    }

    [Theory]
    [InlineData("{}", "must be a JSON Web Key Set of at least one key")]
    [InlineData("{\"keys\":[]}", "must be a JSON Web Key Set of at least one key")]
    [InlineData("{\"keys\":{}}", "must be a JSON Web Key Set of at least one key")]
    [InlineData("{\"keys\":[7]}", "must be a list of keys, each a JSON object")]
    [InlineData("{\"keys\":[{\"kty\":\"EC\"}]}", "must have kty and kid in each key")]
    [InlineData("{\"keys\":[{\"kid\":\"1\"}]}", "must have kty and kid in each key")]
    [InlineData("{\"keys\":[{\"kty\":\"EC\",\"kid\":\"\"}]}", "must have kty and kid in each key")]
    [InlineData("{\"keys\":[{\"kty\":\"EC\",\"kid\":\"1\"},{\"kty\":\"RSA\",\"kid\":\"1\"}]}", "must not have two keys of one kid")]
    [InlineData("{\"keys\":[{\"kty\":\"EC\",\"kid\":\"1\",\"d\":\"AA\"}]}", "must hold public keys only")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"1\",\"p\":\"AA\"}]}", "must hold public keys only")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"1\",\"k\":\"AA\"}]}", "must hold public keys only")]
    public void Keys_are_public_and_each_has_a_name(string keys, string rule)
    {
        using var key = DpopKey.Create();
        AssertRefused($"jwks {rule}", metadata =>
        {
            MakeConfidential(metadata, key);
            metadata["jwks"] = JsonNode.Parse(keys);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(null)]
    public void Access_tokens_are_bound_by_DPoP(bool? bound) =>
        AssertRefused("dpop_bound_access_tokens must be true", metadata => metadata["dpop_bound_access_tokens"] = bound);

    [Fact]
    public void The_subject_type_is_public()
    {
        Read(metadata => metadata["subject_type"] = "public");
        AssertRefused("subject_type must be public", metadata => metadata["subject_type"] = "pairwise");
    }

    [Theory]
    [InlineData("default_max_age", "60")]
    [InlineData("userinfo_signed_response_alg", "\"ES256\"")]
    [InlineData("userinfo_encrypted_response_alg", "\"RSA-OAEP\"")]
    [InlineData("id_token_signed_response_alg", "\"ES256\"")]
    [InlineData("authorization_encrypted_response_alg", "\"RSA-OAEP\"")]
    [InlineData("authorization_encrypted_response_enc", "\"A256GCM\"")]
    [InlineData("tls_client_certificate_bound_access_tokens", "true")]
    [InlineData("authorization_details_types", "[\"payment\"]")]
    public void What_the_profile_does_not_have_is_refused(string name, string value) =>
        AssertRefused($"{name} is not supported", metadata => metadata[name] = JsonNode.Parse(value));

    [Fact]
    public void There_is_at_least_one_redirect_URI()
    {
        AssertRefused("redirect_uris must contain at least one URL", metadata => metadata.Remove("redirect_uris"));
        AssertRefused("redirect_uris must contain at least one URL", metadata => metadata["redirect_uris"] = new JsonArray());
    }

    [Fact]
    public void The_refusal_of_a_redirect_URI_says_which()
    {
        var refusal = Assert.Throws<OAuthException>(() => Read(metadata =>
            metadata["redirect_uris"] = new JsonArray("https://app.example.com/cb", "http://localhost/cb")));

        Assert.Equal(
            ("invalid_redirect_uri", "redirect_uris[1] must not use localhost, but 127.0.0.1 or [::1]"),
            (refusal.Error, refusal.Message));
    }

    [Theory]
    [InlineData("  The\u202eapp\u0000 ", "Theapp")]
    [InlineData("one\u2028\ntwo", "onetwo")]
    [InlineData("Caf\u00e9 \ud83d\ude00", "Caf\u00e9 \ud83d\ude00")]
    [InlineData("\u200b", null)]
    public void A_name_is_made_fit_to_be_shown(string name, string? shown) =>
        Assert.Equal(shown, Read(metadata => metadata["client_name"] = name).Name);

    [Fact]
    public void A_long_name_is_cut() => Assert.Equal(100, Read(metadata => metadata["client_name"] = new string('a', 1000)).Name!.Length);

    private static OAuthClient Read(Action<JsonObject> change) =>
        ClientMetadata.Read(ClientId.Parse(Id, allowLocal: false), Make(change), isTrusted: false).Client;

    private static JsonElement Make(Action<JsonObject> change)
    {
        var metadata = new JsonObject
        {
            ["client_id"] = Id,
            ["redirect_uris"] = new JsonArray("https://app.example.com/cb"),
            ["scope"] = "atproto transition:generic",
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["response_types"] = new JsonArray("code"),
            ["application_type"] = "web",
            ["token_endpoint_auth_method"] = "none",
            ["dpop_bound_access_tokens"] = true,
        };
        change(metadata);
        return JsonSerializer.SerializeToElement(metadata);
    }

    private static void MakeConfidential(JsonObject metadata, DpopKey key)
    {
        var jwk = key.Jwk;
        jwk["kid"] = "key-1";
        metadata["token_endpoint_auth_method"] = "private_key_jwt";
        metadata["token_endpoint_auth_signing_alg"] = "ES256";
        metadata["jwks"] = new JsonObject { ["keys"] = new JsonArray(jwk) };
    }

    private static void AssertRefused(string message, Action<JsonObject> change) => AssertRefused(message, Make(change));

    private static void AssertRefused(string message, JsonElement document)
    {
        var refusal = Assert.Throws<OAuthException>(
            () => ClientMetadata.Read(ClientId.Parse(Id, allowLocal: false), document, isTrusted: false));
        Assert.Equal((400, "invalid_client_metadata", message), (refusal.Status, refusal.Error, refusal.Message));
    }
}
