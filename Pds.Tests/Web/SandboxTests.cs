using System.Text.Json;
using Pds.Tests.Support;
using Pds.Web;
using Pds.Xrpc;

namespace Pds.Tests.Web;

/// <summary>A server that fills itself, to build an app against.</summary>
public sealed class SandboxTests(PdsFixture pds)
{
    private static readonly string[] Handles = ["ada.test", "grace.test", "hedy.test", "katherine.test"];

    private static readonly Dictionary<string, string> Settings = new() { ["PDS_SANDBOX"] = "true", ["PDS_INVITE_REQUIRED"] = "true" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_well_once_there_are_people_with_posts_pictures_and_follows_and_tells_who_they_are()
    {
        await using var server = await pds.StartServerAsync(Settings);

        await FilledAsync(server);

        var home = await server.Xrpc.Http.GetStringAsync(new Uri("/", UriKind.Relative), Cancel);
        Assert.All(Handles.Append("sandbox-password"), word => Assert.Contains($"<code>{word}</code>", home, StringComparison.Ordinal));
        var kinds = new HashSet<string>();
        foreach (var handle in Handles)
        {
            var session = await server.Xrpc.ProcedureAsync(
                "com.atproto.server.createSession", new { identifier = handle, password = "sandbox-password" });
            Assert.Equal(handle, session.Ok().Json.GetProperty("handle").GetString());

            var profile = Assert.Single(await ListAsync(server, handle, "app.bsky.actor.profile"));
            await SeeAsync(server, handle, profile.GetProperty("avatar"));
            Assert.Equal(handle == "katherine.test" ? 1 : 3, (await ListAsync(server, handle, "app.bsky.graph.follow")).Count);
            Assert.NotEmpty(await ListAsync(server, handle, "app.bsky.feed.like"));
            foreach (var post in await ListAsync(server, handle, "app.bsky.feed.post"))
            {
                kinds.UnionWith(post.EnumerateObject().Select(property => property.Name));
                if (post.TryGetProperty("embed", out var embed))
                {
                    kinds.Add(embed.GetProperty("$type").GetString()!);
                }

                if (embed is { ValueKind: JsonValueKind.Object } && embed.TryGetProperty("images", out var images))
                {
                    await SeeAsync(server, handle, images[0].GetProperty("image"));
                }
            }
        }

        Assert.Superset(
            new HashSet<string>
            {
                "reply", "facets", "labels", "app.bsky.embed.images", "app.bsky.embed.record", "app.bsky.embed.external",
                "app.bsky.embed.recordWithMedia",
            },
            kinds);
        Assert.True((await ListAsync(server, "katherine.test", "app.bsky.feed.post")).Count > 50);
    }

    [Fact]
    public async Task A_second_start_writes_nothing_but_what_is_missing()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        Dictionary<string, string> filled;
        await using (var first = await pds.StartServerAsync(Settings, database: database))
        {
            await FilledAsync(first);
            filled = await HeadsAsync(first);
        }

        await using (var second = await pds.StartServerAsync(Settings, database: database))
        {
            await FilledAsync(second);
            Assert.Equal(filled, await HeadsAsync(second));

            var token = await SignInAsync(second, "ada.test");
            second.Xrpc.Token = token;
            var like = (await RecordsAsync(second, "ada.test", "app.bsky.feed.like"))[0].GetProperty("uri").GetString()!.Split('/');
            (await second.Xrpc.ProcedureAsync(
                "com.atproto.repo.deleteRecord", new { repo = "ada.test", collection = like[3], rkey = like[4] })).Ok();
            (await second.Xrpc.ProcedureAsync("com.atproto.repo.putRecord", new
            {
                repo = "ada.test", collection = "app.bsky.actor.profile", rkey = "self",
                record = new Dictionary<string, object> { ["$type"] = "app.bsky.actor.profile", ["displayName"] = "Changed" },
            })).Ok();
        }

        await using var third = await pds.StartServerAsync(Settings, database: database);
        await FilledAsync(third);
        var heads = await HeadsAsync(third);
        Assert.Equal(["ada.test"], Handles.Where(handle => heads[handle] != filled[handle]));
        Assert.Equal("Changed", Assert.Single(await ListAsync(third, "ada.test", "app.bsky.actor.profile")).GetProperty("displayName").GetString());
        Assert.Equal(5, (await ListAsync(third, "ada.test", "app.bsky.feed.like")).Count);
    }

    [Fact]
    public void Is_refused_where_it_would_be_a_door_for_everybody()
    {
        var refusal = Assert.Throws<OptionsException>(() => PdsApplication.Create(
        [
            "--environment=Production", "--ConnectionStrings:pdsdb=Host=localhost", "--ConnectionStrings:redis=localhost",
            "--PDS_HOSTNAME=pds.example.com", "--PDS_SANDBOX=true", $"--PDS_JWT_SECRET={new('0', 64)}",
            $"--PDS_DPOP_SECRET={new('0', 64)}", $"--PDS_ADMIN_PASSWORD={new('0', 64)}",
            $"--PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX={new('1', 64)}",
        ]));

        Assert.Contains("PDS_SANDBOX is for development", refusal.Message, StringComparison.Ordinal);
    }

    // Not well, but answering, until it is filled, however long that takes.
    private static Task FilledAsync(PdsServer server) => Eventually.TrueAsync(async () =>
    {
        using var answer = await server.Xrpc.Http.GetAsync(new Uri("/health", UriKind.Relative), Cancel);
        var health = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(health is "Healthy" or "Unhealthy", health);
        return answer.IsSuccessStatusCode;
    });

    private static async Task<string> SignInAsync(PdsServer server, string handle)
    {
        var session = await server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = handle, password = "sandbox-password" });
        return session.Ok().Json.GetProperty("accessJwt").GetString()!;
    }

    private static async Task<Dictionary<string, string>> HeadsAsync(PdsServer server)
    {
        var heads = new Dictionary<string, string>();
        foreach (var handle in Handles)
        {
            var head = await server.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", await DidAsync(server, handle)));
            heads[handle] = head.Ok().Json.GetProperty("rev").GetString()!;
        }

        return heads;
    }

    private static async Task<string> DidAsync(PdsServer server, string handle) =>
        (await server.Xrpc.QueryAsync("com.atproto.identity.resolveHandle", ("handle", handle))).Ok().Json.GetProperty("did").GetString()!;

    private static async Task<List<JsonElement>> RecordsAsync(PdsServer server, string handle, string collection)
    {
        var reply = await server.Xrpc.QueryAsync(
            "com.atproto.repo.listRecords", ("repo", handle), ("collection", collection), ("limit", 100));
        return [.. reply.Ok().Json.GetProperty("records").EnumerateArray()];
    }

    private static async Task<List<JsonElement>> ListAsync(PdsServer server, string handle, string collection) =>
        [.. (await RecordsAsync(server, handle, collection)).Select(record => record.GetProperty("value"))];

    private static async Task SeeAsync(PdsServer server, string handle, JsonElement blob)
    {
        var picture = await server.Xrpc.QueryAsync(
            "com.atproto.sync.getBlob", ("did", await DidAsync(server, handle)), ("cid", blob.GetProperty("ref").GetProperty("$link").GetString()));
        Assert.Equal("image/png", picture.Ok().ContentHeaders.ContentType?.MediaType);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], picture.Body[..4]);
    }
}
