using System.Security.Cryptography;
using System.Text;

namespace Pds.Web.Configuration;

/// <summary>
/// What the pages load: a few files of this assembly and the operator's colors. A page names each with the hash of what is in it,
/// so that a browser keeps it for good and asks anew when it has changed.
/// </summary>
internal sealed class Assets
{
    private readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);

    public Assets(Branding branding)
    {
        const string Prefix = "Pds.Web.Assets.";
        var assembly = typeof(Assets).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                using var stream = assembly.GetManifestResourceStream(resource)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                Add(resource[Prefix.Length..], content);
            }
        }

        Add("branding.css", Encoding.UTF8.GetBytes(branding.Css));
    }

    /// <summary>The address of an asset, with its hash.</summary>
    public string this[string name] => $"/{name}?v={_assets[name].Version}";

    /// <summary>Whether there is anything in it.</summary>
    public bool Has(string name) => _assets.TryGetValue(name, out var asset) && asset.Content.Length > 0;

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (name, asset) in _assets)
        {
            routes.MapGet($"/{name}", context => ServeAsync(context, asset));
        }
    }

    private static Task ServeAsync(HttpContext context, Asset asset)
    {
        var response = context.Response;
        response.ContentType = asset.ContentType;
        response.ContentLength = asset.Content.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = context.Request.Query["v"] == asset.Version
            ? "public, max-age=31536000, immutable"
            : "public, max-age=300";
        return response.Body.WriteAsync(asset.Content, context.RequestAborted).AsTask();
    }

    private void Add(string name, byte[] content)
    {
        var contentType = Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        _assets[name] = new Asset(content, contentType, Convert.ToHexStringLower(SHA256.HashData(content))[..12]);
    }

    private sealed record Asset(byte[] Content, string ContentType, string Version);
}
