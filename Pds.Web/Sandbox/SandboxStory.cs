using System.Globalization;
using System.Text.Json.Nodes;
using AtProto;
using static Pds.Web.Sandbox.SandboxRecords;

namespace Pds.Web.Sandbox;

/// <summary>
/// What the people of a sandbox have done: every kind of post that an app has to show, enough of one kind to page through, follows
/// that are not all mutual, likes, reposts and a list. Its times and record keys are always the same, so that telling it again
/// changes nothing.
/// </summary>
internal sealed class SandboxStory(IReadOnlyList<SandboxAccount> people, CancellationToken cancellationToken)
{
    private const int Notes = 60;

    private static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    private int _minute;

    public async Task TellAsync()
    {
        foreach (var person in people)
        {
            await IntroduceAsync(person);
        }

        await FollowAsync();
        var posts = await PostAsync();
        await ReactAsync(posts);
    }

    private Task<JsonObject> IntroduceAsync(SandboxAccount account)
    {
        var (at, _) = Next();
        return account.EnsureAsync("app.bsky.actor.profile", "self", async () => new JsonObject
        {
            ["displayName"] = account.Person.DisplayName,
            ["description"] = account.Person.Description,
            ["avatar"] = await account.PaintAsync(256, 256, account.Person.Upper, account.Person.Lower, cancellationToken),
            ["banner"] = await account.PaintAsync(900, 300, account.Person.Lower, account.Person.Upper, cancellationToken),
            ["createdAt"] = at,
        }, cancellationToken);
    }

    private async Task FollowAsync()
    {
        // Katherine, the last, follows Ada alone; everybody follows everybody else.
        foreach (var follower in people)
        {
            foreach (var followed in people.Where(one => one != follower && (follower != people[^1] || one == people[0])))
            {
                await WriteAsync(follower, "app.bsky.graph.follow", new JsonObject { ["subject"] = followed.Did });
            }
        }

        var list = await WriteAsync(people[0], "app.bsky.graph.list", new JsonObject
        {
            ["name"] = "Machinists", ["purpose"] = "app.bsky.graph.defs#curatelist", ["description"] = "Who builds what I write for.",
        });
        foreach (var member in people.Skip(1))
        {
            await WriteAsync(people[0], "app.bsky.graph.listitem", new JsonObject { ["list"] = (string)list["uri"]!, ["subject"] = member.Did });
        }
    }

    private async Task<List<JsonObject>> PostAsync()
    {
        var (ada, grace, hedy, katherine) = (people[0], people[1], people[2], people[3]);

        var hello = await SayAsync(ada, Text("Hello! This account is here to build an app with. Change it, delete it, start over."));
        var welcome = await SayAsync(hedy, Reply(Text("Welcome! Whoever replies to a post names its root and its parent."), hello, hello));
        var thanks = await SayAsync(ada, Reply(Text("Like this: the root is my first post, the parent is yours."), hello, welcome));
        var harbor = await SayAsync(grace, async () => Embed(
            Text("Two pictures from the harbor."), await ImagesAsync(grace, ("The harbor in the morning", 900, 600), ("The tower, upright", 600, 900))));
        var quote = await SayAsync(hedy, Embed(Text("Look at that light."), Quoted(harbor)));
        var link = await SayAsync(katherine, async () => Embed(
            Linked("The protocol is described at atproto.com, all of it.", "atproto.com", "https://atproto.com"), new JsonObject
            {
                ["$type"] = "app.bsky.embed.external",
                ["external"] = new JsonObject
                {
                    ["uri"] = "https://atproto.com", ["title"] = "AT Protocol", ["description"] = "An open, decentralized network for social apps.",
                    ["thumb"] = await katherine.PaintAsync(1200, 630, new(25, 118, 210), new(13, 71, 161), cancellationToken),
                },
            }));
        var mention = await SayAsync(hedy, Mentioning($"Ask @{grace.Handle} about the moth. #demo", grace));
        await SayAsync(grace, async () => Embed(
            Text("Four of them, and a quote besides."), WithMedia(hello, await ImagesAsync(
                grace, ("First", 400, 400), ("Second", 400, 300), ("Third", 300, 400), ("Fourth", 400, 200)))));
        await SayAsync(ada, Text("Grüße aus der Küche: Käse, Öl und ein bißchen Übermut.", "de"));
        await SayAsync(ada, Text("計算する機械 🧮 と家族 👩‍👩‍👧‍👦。絵文字は一つの文字です。", "ja"));
        await SayAsync(hedy, async () => Labelled(
            Embed(Text("An author's own warning stands before this picture."), await ImagesAsync(hedy, ("Nothing but a sunset", 600, 400))), "graphic-media"));
        for (var note = 1; note <= Notes; note++)
        {
            await SayAsync(katherine, Text($"Note {note} of {Notes}: something to page through."));
        }

        return [hello, welcome, thanks, harbor, quote, link, mention];
    }

    private async Task ReactAsync(List<JsonObject> posts)
    {
        foreach (var person in people)
        {
            foreach (var post in posts.Where(post => !((string)post["uri"]!).Contains(person.Did, StringComparison.Ordinal)))
            {
                await WriteAsync(person, "app.bsky.feed.like", new JsonObject { ["subject"] = post.DeepClone() });
            }
        }

        await WriteAsync(people[3], "app.bsky.feed.repost", new JsonObject { ["subject"] = posts[0].DeepClone() });
        await WriteAsync(people[0], "app.bsky.feed.repost", new JsonObject { ["subject"] = posts[3].DeepClone() });
    }

    private Task<JsonObject> SayAsync(SandboxAccount author, JsonObject post) => WriteAsync(author, "app.bsky.feed.post", post);

    private Task<JsonObject> SayAsync(SandboxAccount author, Func<Task<JsonObject>> make) => WriteAsync(author, "app.bsky.feed.post", make);

    private Task<JsonObject> WriteAsync(SandboxAccount author, string collection, JsonObject record) =>
        WriteAsync(author, collection, () => Task.FromResult(record));

    private Task<JsonObject> WriteAsync(SandboxAccount author, string collection, Func<Task<JsonObject>> make)
    {
        var (at, rkey) = Next();
        return author.EnsureAsync(collection, rkey, async () =>
        {
            var record = await make();
            record["createdAt"] = at;
            return record;
        }, cancellationToken);
    }

    private (string Datetime, string Rkey) Next()
    {
        var time = Start.AddMinutes(7 * _minute++);
        return (time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), Tid.FromMicroseconds(time.ToUnixTimeMilliseconds() * 1000, 0).ToString());
    }

    private async Task<JsonObject> ImagesAsync(SandboxAccount author, params (string Alt, int Width, int Height)[] pictures)
    {
        var images = new JsonArray();
        foreach (var (alt, width, height) in pictures)
        {
            // Each its own: a server keeps equal pictures once.
            var share = images.Count / 4.0;
            images.Add(new JsonObject
            {
                ["image"] = await author.PaintAsync(
                    width, height, author.Person.Upper.Toward(author.Person.Lower, share), author.Person.Lower.Toward(new(0, 0, 0), share), cancellationToken),
                ["alt"] = alt,
                ["aspectRatio"] = new JsonObject { ["width"] = width, ["height"] = height },
            });
        }

        return new JsonObject { ["$type"] = "app.bsky.embed.images", ["images"] = images };
    }
}
