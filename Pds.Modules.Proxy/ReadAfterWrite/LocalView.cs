using System.Text.Json.Nodes;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Wolverine;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>What an account has just written, for one request, and how views show it.</summary>
internal sealed class LocalView(HttpContext context, Did did, RecentRecords records, Images images, EmbedViews embeds)
{
    private static readonly Nsid PostCollection = Nsid.Parse("app.bsky.feed.post");
    private static readonly Nsid ProfileCollection = Nsid.Parse("app.bsky.actor.profile");

    private LocalIdentity? _identity;
    private JsonObject? _author;

    public HttpContext Context { get; } = context;

    public Did Did { get; } = did;

    /// <summary>The profile, if it is new.</summary>
    public LocalRecord? Profile { get; } =
        records.Profile is { } profile ? LocalRecord.Read(did, ProfileCollection, profile) : null;

    /// <summary>The new posts, oldest first.</summary>
    public IReadOnlyList<LocalRecord> Posts { get; } =
        [.. records.Posts.Select(post => LocalRecord.Read(did, PostCollection, post))];

    /// <summary>When the oldest of them was written; null when there is none.</summary>
    public DateTimeOffset? Oldest => Posts.Select(post => (DateTimeOffset?)post.WrittenAt).Append(Profile?.WrittenAt).Min();

    /// <summary>Whether this names the account.</summary>
    public async Task<bool> IsOwnAsync(string actor, CancellationToken cancellationToken) =>
        actor == Did.Value
        || (!actor.StartsWith("did:", StringComparison.Ordinal)
            && actor.Equals((await IdentityAsync(cancellationToken))?.Handle.Value, StringComparison.OrdinalIgnoreCase));

    /// <summary>A post as the AppView will show it once it has seen it: nobody has reacted yet.</summary>
    public async Task<JsonObject> ViewAsync(LocalRecord post, CancellationToken cancellationToken)
    {
        _author ??= await AuthorAsync(cancellationToken);
        var view = new JsonObject
        {
            ["uri"] = post.Uri,
            ["cid"] = post.Cid,
            ["author"] = _author.DeepClone(),
            ["record"] = post.Value.DeepClone(),
            ["likeCount"] = 0,
            ["replyCount"] = 0,
            ["repostCount"] = 0,
            ["quoteCount"] = 0,
            ["indexedAt"] = post.IndexedAt,
        };
        if (await embeds.ViewAsync(Context, Did, post.Value["embed"], cancellationToken) is { } embed)
        {
            view["embed"] = embed;
        }

        return view;
    }

    /// <summary>Brings a view of the account up to date with the new profile.</summary>
    /// <param name="isDetailed">With description and banner.</param>
    public void Refresh(JsonObject view, bool isDetailed)
    {
        if (Profile is null || (string?)view["did"] != Did.Value)
        {
            return;
        }

        var profile = Profile.Value;
        Set(view, "displayName", profile["displayName"]?.DeepClone());
        Set(view, "avatar", images.UrlOf("avatar", Did, profile["avatar"]));
        if (isDetailed)
        {
            Set(view, "description", profile["description"]?.DeepClone());
            Set(view, "banner", images.UrlOf("banner", Did, profile["banner"]));
        }
    }

    private async Task<JsonObject> AuthorAsync(CancellationToken cancellationToken)
    {
        var profile = Profile?.Value;
        if (profile is null)
        {
            var known = await Bus().InvokeAsync<ReadableRecord?>(
                new ReadRecord(Did, ProfileCollection, RecordKey.Parse("self")), cancellationToken);
            profile = known is null ? [] : LocalRecord.ReadValue(known.Value.Span);
        }

        var identity = await IdentityAsync(cancellationToken);
        var author = new JsonObject { ["did"] = Did.Value, ["handle"] = identity?.Handle.Value ?? "handle.invalid" };
        Set(author, "displayName", profile["displayName"]?.DeepClone());
        Set(author, "avatar", images.UrlOf("avatar", Did, profile["avatar"]));
        return author;
    }

    private async Task<LocalIdentity?> IdentityAsync(CancellationToken cancellationToken) =>
        _identity ??= await Bus().InvokeAsync<LocalIdentity?>(new GetIdentity(Did), cancellationToken);

    private IMessageBus Bus() => Context.RequestServices.GetRequiredService<IMessageBus>();

    private static void Set(JsonObject view, string name, JsonNode? value)
    {
        if (value is null)
        {
            view.Remove(name);
        }
        else
        {
            view[name] = value;
        }
    }
}
