using System.Text.Json.Nodes;
using AtProto;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>A post with what it answers and what answers it.</summary>
internal sealed class ThreadMerge(AppViewReader appView) : IReplaceMissing
{
    private const string Method = "app.bsky.feed.getPostThread";
    private const string ThreadType = "app.bsky.feed.defs#threadViewPost";

    public async Task MergeAsync(JsonObject answer, LocalView local, CancellationToken cancellationToken)
    {
        if (answer["thread"] is JsonObject thread && IsPost(thread))
        {
            await AddAsync(thread, local.Posts, local, cancellationToken);
        }
    }

    public async Task<JsonObject?> ReplaceAsync(LocalView local, CancellationToken cancellationToken)
    {
        if (!AtUri.TryParse(local.Context.Request.Query["uri"], out var uri)
            || uri.Collection is not { } collection || uri.Rkey is not { } rkey
            || !await local.IsOwnAsync(uri.Authority.ToString(), cancellationToken))
        {
            return null;
        }

        var own = new AtUri(local.Did, collection, rkey).Value;
        if (local.Posts.FirstOrDefault(post => post.Uri == own) is not { } found)
        {
            return null;
        }

        var thread = await ViewAsync(found, local, cancellationToken);
        await AddAsync(thread, local.Posts.Where(post => post != found), local, cancellationToken);
        if (found.ParentUri is { } parent
            && await ReadParentAsync(parent, local, cancellationToken) is { } above)
        {
            thread["parent"] = above;
        }

        return new JsonObject { ["thread"] = thread };
    }

    private async Task<JsonNode?> ReadParentAsync(string parent, LocalView local, CancellationToken cancellationToken)
    {
        var height = local.Context.Request.Query["parentHeight"].ToString();
        var answer = await appView.FindAsync(
            local.Context,
            local.Did,
            Method,
            $"uri={Uri.EscapeDataString(parent)}&depth=0{(height.Length > 0 ? $"&parentHeight={Uri.EscapeDataString(height)}" : "")}",
            cancellationToken);
        return answer?["thread"]?.DeepClone();
    }

    private static async Task AddAsync(
        JsonObject thread, IEnumerable<LocalRecord> posts, LocalView local, CancellationToken cancellationToken)
    {
        var uri = UriOf(thread);
        var root = (string?)thread["post"]?["record"]?["reply"]?["root"]?["uri"];
        foreach (var post in posts)
        {
            if (post.RootUri is { } postRoot && (postRoot == uri || postRoot == root)
                && Find(thread, post.ParentUri) is { } parent && !Replies(parent).Any(reply => UriOf(reply) == post.Uri))
            {
                parent["replies"] ??= new JsonArray();
                parent["replies"]!.AsArray().Insert(0, await ViewAsync(post, local, cancellationToken));
            }
        }
    }

    /// <summary>The post in this thread that another answers. A thread is as deep as a client asked, so no recursion.</summary>
    private static JsonObject? Find(JsonObject thread, string? uri)
    {
        var open = new Stack<JsonObject>([thread]);
        while (open.TryPop(out var view))
        {
            if (UriOf(view) == uri)
            {
                return view;
            }

            foreach (var reply in Replies(view))
            {
                open.Push(reply);
            }
        }

        return null;
    }

    private static IEnumerable<JsonObject> Replies(JsonObject view) =>
        view["replies"] is JsonArray replies ? replies.OfType<JsonObject>().Where(IsPost) : [];

    private static bool IsPost(JsonObject view) => (string?)view["$type"] == ThreadType;

    private static string? UriOf(JsonObject view) => (string?)view["post"]?["uri"];

    private static async Task<JsonObject> ViewAsync(LocalRecord post, LocalView local, CancellationToken cancellationToken) =>
        new() { ["$type"] = ThreadType, ["post"] = await local.ViewAsync(post, cancellationToken) };
}
