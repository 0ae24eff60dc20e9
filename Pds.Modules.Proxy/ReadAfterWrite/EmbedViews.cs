using System.Text.Json.Nodes;
using AtProto;
using Microsoft.AspNetCore.Http;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>What a post shows below its text.</summary>
internal sealed class EmbedViews(Images images, AppViewReader appView)
{
    /// <summary>The view; null for an embed that only the AppView can show.</summary>
    public Task<JsonObject?> ViewAsync(HttpContext context, Did author, JsonNode? embed, CancellationToken cancellationToken) =>
        (string?)embed?["$type"] switch
        {
            "app.bsky.embed.images" => Task.FromResult<JsonObject?>(Images(author, embed)),
            "app.bsky.embed.external" => Task.FromResult<JsonObject?>(External(author, embed)),
            "app.bsky.embed.record" => RecordAsync(context, author, embed, cancellationToken),
            "app.bsky.embed.recordWithMedia" => RecordWithMediaAsync(context, author, embed, cancellationToken),
            _ => Task.FromResult<JsonObject?>(null),
        };

    private JsonObject Images(Did author, JsonNode embed) => new()
    {
        ["$type"] = "app.bsky.embed.images#view",
        ["images"] = new JsonArray([.. embed["images"]!.AsArray().Select(image => Image(author, image!))]),
    };

    private JsonObject Image(Did author, JsonNode image)
    {
        var view = new JsonObject
        {
            ["thumb"] = images.UrlOf("feed_thumbnail", author, image["image"]),
            ["fullsize"] = images.UrlOf("feed_fullsize", author, image["image"]),
            ["alt"] = image["alt"]?.DeepClone(),
        };
        if (image["aspectRatio"] is { } ratio)
        {
            view["aspectRatio"] = ratio.DeepClone();
        }

        return view;
    }

    private JsonObject External(Did author, JsonNode embed)
    {
        var external = embed["external"]!;
        var view = new JsonObject();
        foreach (var name in new[] { "uri", "title", "description" })
        {
            view[name] = external[name]?.DeepClone();
        }

        if (images.UrlOf("feed_thumbnail", author, external["thumb"]) is { } thumb)
        {
            view["thumb"] = thumb;
        }

        return new JsonObject { ["$type"] = "app.bsky.embed.external#view", ["external"] = view };
    }

    private async Task<JsonObject?> RecordWithMediaAsync(
        HttpContext context, Did author, JsonNode embed, CancellationToken cancellationToken)
    {
        var media = embed["media"];
        JsonObject? view = (string?)media?["$type"] switch
        {
            "app.bsky.embed.images" => Images(author, media),
            "app.bsky.embed.external" => External(author, media),
            _ => null,
        };
        return view is null ? null : new JsonObject
        {
            ["$type"] = "app.bsky.embed.recordWithMedia#view",
            ["record"] = await RecordAsync(context, author, embed["record"]!, cancellationToken),
            ["media"] = view,
        };
    }

    private async Task<JsonObject?> RecordAsync(
        HttpContext context, Did author, JsonNode embed, CancellationToken cancellationToken)
    {
        var uri = (string)embed["record"]!["uri"]!;
        return new JsonObject
        {
            ["$type"] = "app.bsky.embed.record#view",
            ["record"] = await QuotedAsync(context, author, uri, cancellationToken)
                ?? new JsonObject { ["$type"] = "app.bsky.embed.record#viewNotFound", ["uri"] = uri, ["notFound"] = true },
        };
    }

    private async Task<JsonObject?> QuotedAsync(
        HttpContext context, Did author, string uri, CancellationToken cancellationToken)
    {
        var (method, parameter, member, type) = (AtUri.TryParse(uri, out var parsed) ? parsed.Collection?.Value : null) switch
        {
            "app.bsky.feed.post" => ("app.bsky.feed.getPosts", "uris", "posts", "app.bsky.embed.record#viewRecord"),
            "app.bsky.feed.generator" => ("app.bsky.feed.getFeedGenerator", "feed", "view", "app.bsky.feed.defs#generatorView"),
            "app.bsky.graph.list" => ("app.bsky.graph.getList", "list", "list", "app.bsky.graph.defs#listView"),
            _ => default,
        };
        if (method is null)
        {
            return null;
        }

        var answer = await appView.FindAsync(context, author, method, $"{parameter}={Uri.EscapeDataString(uri)}", cancellationToken);
        var found = answer?[member] is JsonArray posts ? posts.FirstOrDefault() as JsonObject : answer?[member] as JsonObject;
        if (found is null)
        {
            return null;
        }

        var view = member == "posts" ? Quote(found) : found.DeepClone().AsObject();
        view["$type"] = type;
        return view;
    }

    private static JsonObject Quote(JsonObject post)
    {
        var view = new JsonObject();
        foreach (var name in new[] { "uri", "cid", "author", "labels", "indexedAt" })
        {
            if (post[name] is { } value)
            {
                view[name] = value.DeepClone();
            }
        }

        view["value"] = post["record"]?.DeepClone();
        if (post["embed"] is { } embed)
        {
            view["embeds"] = new JsonArray(embed.DeepClone());
        }

        return view;
    }
}
