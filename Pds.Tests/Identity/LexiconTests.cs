using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Identity;
using Pds.Tests.Support;

namespace Pds.Tests.Identity;

public sealed class LexiconTests(PdsFixture pds)
{
    [Fact]
    public async Task A_lexicon_of_an_account_elsewhere_comes_with_its_proof()
    {
        using var author = await pds.CreateAccountAsync();
        var id = NewId();
        await PublishAsync(author, id, "first");
        await using var server = await pds.StartServerAsync(AuthorityOf(author));

        Assert.Equal("first", await TitleAsync(server, id));
        Assert.Null(await TitleAsync(server, NewId()));
    }

    [Fact]
    public async Task A_record_under_a_name_that_is_not_its_own_is_no_lexicon()
    {
        using var author = await pds.CreateAccountAsync();
        var (id, other) = (NewId(), NewId());
        var posing = new { repo = author.Did, collection = "com.atproto.lexicon.schema", rkey = id, record = Document(other, "posing"), validate = false };
        (await author.ProcedureAsync("com.atproto.repo.putRecord", posing)).Ok();
        await using var server = await pds.StartServerAsync(AuthorityOf(author));

        Assert.Null(await TitleAsync(server, id));
    }

    [Fact]
    public async Task A_lexicon_of_an_account_here_is_read_here()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        var id = NewId();
        string authority;
        await using (var first = await pds.StartServerAsync(database: database))
        {
            using var author = await TestAccount.CreateAsync(first);
            await PublishAsync(author, id, "mine");
            authority = author.Did.Value;
        }

        // Where the DID document leads, nobody answers any more.
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_LEXICON_AUTHORITY_DID"] = authority }, database: database);

        Assert.Equal("mine", await TitleAsync(server, id));
    }

    [Fact]
    public async Task A_lexicon_is_looked_up_again_after_five_minutes_and_outlives_its_home()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var id = NewId();
        await using var home = await pds.StartServerAsync();
        using var author = await TestAccount.CreateAsync(home);
        await using var server = await pds.StartServerAsync(AuthorityOf(author), time);
        await PublishAsync(author, id, "first");
        var first = await TitleAsync(server, id);

        await PublishAsync(author, id, "second");
        time.Advance(TimeSpan.FromMinutes(4));
        var cached = await TitleAsync(server, id);
        time.Advance(TimeSpan.FromMinutes(2));
        var stale = await TitleAsync(server, id);

        Assert.Equal(("first", "first", "first"), (first, cached, stale));
        await Eventually.TrueAsync(async () => await TitleAsync(server, id) == "second");

        await home.DisposeAsync();
        time.Advance(TimeSpan.FromDays(2));
        Assert.Equal("second", await TitleAsync(server, id));
    }

    [Fact]
    public async Task That_there_is_none_is_believed_for_a_minute()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var id = NewId();
        using var author = await pds.CreateAccountAsync();
        await using var server = await pds.StartServerAsync(AuthorityOf(author), time);
        Assert.Null(await TitleAsync(server, id));

        await PublishAsync(author, id, "late");

        Assert.Null(await TitleAsync(server, id));
        Assert.Equal("late", await TitleAsync(server, id, fresh: true));
    }

    [Fact]
    public async Task The_domain_of_a_name_says_who_speaks_for_it_and_its_parents_do_not()
    {
        using var author = await pds.CreateAccountAsync();
        var id = Nsid.Parse($"com.example.u{RandomNumberGenerator.GetHexString(14, lowercase: true)}.authBasic");
        await PublishAsync(author, id, "by name");
        await using var dns = new TestDns();
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_HANDLE_BACKUP_NAMESERVERS"] = dns.Address,
            ["PDS_ID_RESOLVER_TIMEOUT"] = "2000",
        });
        dns.Texts["_lexicon.example.com"] = [[$"did={author.Did}"]];
        var byParent = await TitleAsync(server, id);

        dns.Texts[$"_lexicon.{id.Value.Split('.')[2]}.example.com"] = [[$"did={author.Did}"]];

        Assert.Null(byParent);
        Assert.Equal("by name", await TitleAsync(server, id, fresh: true));
    }

    [Fact]
    public async Task Those_that_ship_with_the_server_stand_in_for_what_cannot_be_had()
    {
        using var nobody = await pds.CreateAccountAsync();
        await using var server = await pds.StartServerAsync(AuthorityOf(nobody));

        Assert.Equal("Create Bluesky Posts", await TitleAsync(server, Nsid.Parse("app.bsky.authCreatePosts"), fresh: true));
    }

    private static Nsid NewId() => Nsid.Parse($"com.example.u{RandomNumberGenerator.GetHexString(14, lowercase: true)}");

    private static Dictionary<string, string> AuthorityOf(TestAccount author) => new() { ["PDS_LEXICON_AUTHORITY_DID"] = author.Did.Value };

    private static async Task PublishAsync(TestAccount author, Nsid id, string title) =>
        (await author.PutRecordAsync(Document(id, title), "com.atproto.lexicon.schema", id.Value)).Ok();

    private static JsonObject Document(Nsid id, string title) => new()
    {
        ["$type"] = "com.atproto.lexicon.schema",
        ["lexicon"] = 1,
        ["id"] = id.Value,
        ["defs"] = new JsonObject
        {
            ["main"] = new JsonObject { ["type"] = "permission-set", ["title"] = title, ["permissions"] = new JsonArray() },
        },
    };

    private static async Task<string?> TitleAsync(PdsServer server, Nsid id, bool fresh = false)
    {
        if (await server.InvokeAsync<ResolvedLexicon?>(new ResolveLexicon(id, fresh)) is not { } lexicon)
        {
            return null;
        }

        var document = JsonElement.Parse(lexicon.Json.Span);
        Assert.Equal(id.Value, document.GetProperty("id").GetString());
        return document.GetProperty("defs").GetProperty("main").GetProperty("title").GetString();
    }
}
