using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Xrpc;

namespace Pds.Tests.Support;

/// <summary>Access tokens made with a server's own key, without the way through its pages: good ones, unless a test spoils them.</summary>
public static class TestTokens
{
    public const string ClientId = "https://app.example.com/client-metadata.json";

    /// <summary>Makes a token of a session of its own.</summary>
    /// <param name="jkt">The thumbprint of the client's key.</param>
    /// <param name="claims">Changes the claims before they are signed.</param>
    /// <param name="header">Changes the header before it is signed.</param>
    public static string Mint(
        PdsServer server,
        Did did,
        string jkt,
        string scope = "atproto transition:generic",
        Action<JsonObject>? claims = null,
        Action<JsonObject>? header = null)
    {
        var service = server.Services.GetRequiredService<ServiceOptions>();
        var key = server.Services.GetRequiredService<KeyRing>().Current;
        var now = server.Services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds();
        var head = new JsonObject { ["typ"] = "at+jwt", ["alg"] = "ES256", ["kid"] = key.Kid };
        var body = new JsonObject
        {
            ["iss"] = service.PublicUrl,
            ["aud"] = service.ServiceDid.Value,
            ["sub"] = did.Value,
            ["client_id"] = ClientId,
            ["jti"] = $"tok-{RandomNumberGenerator.GetHexString(32, lowercase: true)}",
            ["iat"] = now,
            ["exp"] = now + 900,
            ["cnf"] = new JsonObject { ["jkt"] = jkt },
            ["scope"] = scope,
            ["sid"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
            ["gen"] = 0,
        };
        claims?.Invoke(body);
        header?.Invoke(head);
        return Sign(key.Key, head, body);
    }

    /// <summary>A token by which an account of elsewhere calls a server under test, signed with a secp256k1 key.</summary>
    /// <param name="nonce">Two of one nonce are one.</param>
    public static string OfAccount(PrivateKey key, Did issuer, string method, string nonce = "one") => Sign(
        key,
        new JsonObject { ["typ"] = "JWT", ["alg"] = "ES256K" },
        new JsonObject
        {
            ["iss"] = issuer.Value,
            ["aud"] = "did:web:localhost",
            ["exp"] = DateTimeOffset.MaxValue.ToUnixTimeSeconds(),
            ["lxm"] = method,
            ["jti"] = nonce,
        });

    /// <summary>A JWT as it is asked for.</summary>
    public static string Sign(PrivateKey key, JsonObject header, JsonObject claims)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
