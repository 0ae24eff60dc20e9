using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Endpoints;

/// <summary>
/// <c>/.well-known/oauth-authorization-server</c> (RFC 8414): what this server can do, field by field as clients of the AT
/// Protocol expect it. Clients compare the issuer with the address that they asked, letter by letter.
/// </summary>
internal static class ServerMetadata
{
    /// <summary>In which order people are asked is the server's; these are what a request may ask for.</summary>
    public static readonly string[] PromptValues = ["none", "login", "consent", "select_account", "create"];

    private static readonly string[] Scopes = ["atproto", "transition:email", "transition:generic", "transition:chat.bsky"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var document = Write(routes.ServiceProvider.GetRequiredService<ServiceOptions>().PublicUrl);
        routes.MapGet("/.well-known/oauth-authorization-server", context => MetadataDocument.SendAsync(context, document));
    }

    private static byte[] Write(string issuer) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["issuer"] = issuer,
        ["scopes_supported"] = List(Scopes),
        ["subject_types_supported"] = new JsonArray("public"),
        ["response_types_supported"] = new JsonArray("code"),
        ["response_modes_supported"] = new JsonArray("query", "fragment", "form_post"),
        ["grant_types_supported"] = new JsonArray("authorization_code", "refresh_token"),
        ["code_challenge_methods_supported"] = new JsonArray("S256"),
        ["ui_locales_supported"] = new JsonArray("en", "de", "es", "fr", "ja", "pt"),
        ["display_values_supported"] = new JsonArray("page", "popup", "touch"),
        ["prompt_values_supported"] = List(PromptValues),
        ["authorization_response_iss_parameter_supported"] = true,
        ["request_object_signing_alg_values_supported"] = List(ProofAlgorithm.Names.Append("none")),
        ["request_object_encryption_alg_values_supported"] = new JsonArray(),
        ["request_object_encryption_enc_values_supported"] = new JsonArray(),
        ["request_parameter_supported"] = true,
        ["request_uri_parameter_supported"] = true,
        ["require_request_uri_registration"] = true,
        ["jwks_uri"] = $"{issuer}/oauth/jwks",
        ["authorization_endpoint"] = $"{issuer}/oauth/authorize",
        ["token_endpoint"] = $"{issuer}/oauth/token",
        ["token_endpoint_auth_methods_supported"] = new JsonArray("none", "private_key_jwt"),
        ["token_endpoint_auth_signing_alg_values_supported"] = List(ProofAlgorithm.Names),
        ["revocation_endpoint"] = $"{issuer}/oauth/revoke",
        ["pushed_authorization_request_endpoint"] = $"{issuer}/oauth/par",
        ["require_pushed_authorization_requests"] = true,
        ["dpop_signing_alg_values_supported"] = List(ProofAlgorithm.Names),
        ["protected_resources"] = new JsonArray(issuer),
        ["client_id_metadata_document_supported"] = true,
    }.ToJsonString());

    private static JsonArray List(IEnumerable<string> values) => [.. values.Select(value => JsonValue.Create(value))];
}
