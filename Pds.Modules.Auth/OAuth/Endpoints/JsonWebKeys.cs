using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.OAuth.Keys;

namespace Pds.Modules.Auth.OAuth.Endpoints;

/// <summary><c>/oauth/jwks</c>: the public halves of the keys that sign access tokens now, lately and soon.</summary>
internal static class JsonWebKeys
{
    public const string Path = "/oauth/jwks";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, SendAsync);

    private static Task SendAsync(HttpContext context, KeyRing ring) =>
        MetadataDocument.SendAsync(context, JsonSerializer.SerializeToUtf8Bytes(new { keys = ring.Keys.Select(Describe) }));

    private static object Describe(SigningKey key) =>
        new { kty = "EC", crv = "P-256", alg = "ES256", use = "sig", kid = key.Kid, x = key.X, y = key.Y };
}
