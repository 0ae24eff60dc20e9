using System.Text;
using System.Text.Json.Nodes;

namespace Pds.Web.Sandbox;

/// <summary>Posts and their parts, as the lexicons of <c>app.bsky.feed.post</c> and of its embeds spell them.</summary>
internal static class SandboxRecords
{
    public static JsonObject Text(string text, string language = "en") => new() { ["text"] = text, ["langs"] = new JsonArray(language) };

    public static JsonObject Reply(JsonObject post, JsonObject root, JsonObject parent)
    {
        post["reply"] = new JsonObject { ["root"] = root.DeepClone(), ["parent"] = parent.DeepClone() };
        return post;
    }

    public static JsonObject Embed(JsonObject post, JsonObject embed)
    {
        post["embed"] = embed;
        return post;
    }

    public static JsonObject Quoted(JsonObject post) => new() { ["$type"] = "app.bsky.embed.record", ["record"] = post.DeepClone() };

    public static JsonObject WithMedia(JsonObject quoted, JsonObject media) => new()
    {
        ["$type"] = "app.bsky.embed.recordWithMedia", ["record"] = Quoted(quoted), ["media"] = media,
    };

    public static JsonObject Labelled(JsonObject post, string label)
    {
        post["labels"] = new JsonObject
        {
            ["$type"] = "com.atproto.label.defs#selfLabels", ["values"] = new JsonArray(new JsonObject { ["val"] = label }),
        };
        return post;
    }

    public static JsonObject Linked(string text, string part, string uri) => WithFacets(
        Text(text), Facet(text, part, new JsonObject { ["$type"] = "app.bsky.richtext.facet#link", ["uri"] = uri }));

    public static JsonObject Mentioning(string text, SandboxAccount mentioned) => WithFacets(
        Text(text),
        Facet(text, $"@{mentioned.Handle}", new JsonObject { ["$type"] = "app.bsky.richtext.facet#mention", ["did"] = mentioned.Did }),
        Facet(text, "#demo", new JsonObject { ["$type"] = "app.bsky.richtext.facet#tag", ["tag"] = "demo" }));

    public static JsonObject WithFacets(JsonObject post, params JsonObject[] facets)
    {
        post["facets"] = new JsonArray([.. facets]);
        return post;
    }

    // Places are counted in bytes of UTF-8.
    private static JsonObject Facet(string text, string part, JsonObject feature)
    {
        var start = Encoding.UTF8.GetByteCount(text.AsSpan(0, text.IndexOf(part, StringComparison.Ordinal)));
        return new JsonObject
        {
            ["index"] = new JsonObject { ["byteStart"] = start, ["byteEnd"] = start + Encoding.UTF8.GetByteCount(part) },
            ["features"] = new JsonArray(feature),
        };
    }
}
