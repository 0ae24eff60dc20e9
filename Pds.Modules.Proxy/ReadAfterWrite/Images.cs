using System.Text.Json.Nodes;
using AtProto;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>Where a view's images are: with the AppView's images, or here as they were uploaded.</summary>
internal sealed class Images(ProxyOptions options, ServiceOptions service)
{
    /// <param name="blob">A blob as records name it.</param>
    /// <returns>Null where there is no blob.</returns>
    public string? UrlOf(string kind, Did did, JsonNode? blob)
    {
        if ((string?)(blob?["ref"]?["$link"] ?? blob?["cid"]) is not { } cid)
        {
            return null;
        }

        return options.CdnUrlPattern is { } pattern
            ? Fill(pattern, kind, did.Value, cid)
            : $"{service.PublicUrl}/xrpc/com.atproto.sync.getBlob?did={did}&cid={cid}";
    }

    private static string Fill(string pattern, params ReadOnlySpan<string> values)
    {
        var parts = pattern.Split("%s", values.Length + 1);
        for (var i = 1; i < parts.Length; i++)
        {
            parts[i] = values[i - 1] + parts[i];
        }

        return string.Concat(parts);
    }
}
