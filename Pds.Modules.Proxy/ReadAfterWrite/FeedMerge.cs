using System.Text.Json.Nodes;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>A list of posts, newest first.</summary>
internal static class FeedMerge
{
    /// <summary>Anyone's likes: one's own posts among them show one's new profile.</summary>
    public sealed class Likes : IMerge
    {
        public Task MergeAsync(JsonObject answer, LocalView local, CancellationToken cancellationToken)
        {
            RefreshAuthors(FeedOf(answer), local);
            return Task.CompletedTask;
        }
    }

    /// <summary>The posts of those that one follows, and one's own.</summary>
    public sealed class Timeline : IMerge
    {
        public Task MergeAsync(JsonObject answer, LocalView local, CancellationToken cancellationToken) =>
            InsertAsync(FeedOf(answer), local, local.Posts, cancellationToken);
    }

    /// <summary>The posts of one author; nothing is merged unless that is oneself.</summary>
    public sealed class Author : IMerge
    {
        public async Task MergeAsync(JsonObject answer, LocalView local, CancellationToken cancellationToken)
        {
            var query = local.Context.Request.Query;
            if (await local.IsOwnAsync(query["actor"].ToString(), cancellationToken))
            {
                RefreshAuthors(FeedOf(answer), local);
                await InsertAsync(FeedOf(answer), local, local.Posts.Where(Wanted(query["filter"])), cancellationToken);
            }
        }

        private static Func<LocalRecord, bool> Wanted(string? filter) => filter switch
        {
            "posts_no_replies" => static post => post.ParentUri is null,
            "posts_with_media" => static post => (string?)post.Value["embed"]?["$type"] is "app.bsky.embed.images",
            "posts_with_video" => static _ => false,
            _ => static _ => true,
        };
    }

    private static JsonArray FeedOf(JsonObject answer) =>
        answer["feed"] as JsonArray ?? throw new InvalidDataException("feed is no array.");

    private static void RefreshAuthors(JsonArray feed, LocalView local)
    {
        foreach (var item in feed)
        {
            if (item?["post"]?["author"] is JsonObject author)
            {
                local.Refresh(author, isDetailed: false);
            }
        }
    }

    private static async Task InsertAsync(
        JsonArray feed, LocalView local, IEnumerable<LocalRecord> posts, CancellationToken cancellationToken)
    {
        // A later page holds what lies between two pages, and what is newer than its first post was on an earlier one.
        var isLater = local.Context.Request.Query["cursor"].Count > 0;
        var newest = isLater ? (feed.Count == 0 ? "" : IndexedAt(feed[0])) : null;
        var oldest = feed.Count == 0 ? "" : IndexedAt(feed[^1]);
        var known = feed.Select(item => (string?)item?["post"]?["uri"]).ToHashSet();
        foreach (var post in posts)
        {
            if (string.CompareOrdinal(post.IndexedAt, oldest) <= 0
                || (newest is not null && string.CompareOrdinal(post.IndexedAt, newest) >= 0)
                || !known.Add(post.Uri))
            {
                continue;
            }

            var at = 0;
            while (at < feed.Count && string.CompareOrdinal(IndexedAt(feed[at]), post.IndexedAt) >= 0)
            {
                at++;
            }

            feed.Insert(at, new JsonObject { ["post"] = await local.ViewAsync(post, cancellationToken) });
        }
    }

    private static string IndexedAt(JsonNode? item) => (string?)item?["post"]?["indexedAt"] ?? "";
}
