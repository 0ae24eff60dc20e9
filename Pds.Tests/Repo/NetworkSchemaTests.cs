using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AtProto;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

/// <summary>Schemas that their authors publish, in force for whoever writes records of theirs.</summary>
public sealed class NetworkSchemaTests(PdsFixture pds)
{
    private const string SchemaCollection = "com.atproto.lexicon.schema";

    private readonly string _domain = $"com.example.u{RandomNumberGenerator.GetHexString(12, lowercase: true)}";

    [Fact]
    public async Task A_record_is_held_to_the_schema_that_an_account_elsewhere_publishes()
    {
        using var author = await pds.CreateAccountAsync();
        await PublishAsync(author);
        await using var server = await StartAsync(author);
        using var alice = await TestAccount.CreateAsync(server);

        var good = await alice.CreateRecordAsync(Drink("tea", 80), Name("drink"));
        var bad = await alice.CreateRecordAsync(Drink("tea", "hot"), Name("drink"));
        var deepInside = await alice.ProcedureAsync("com.atproto.repo.applyWrites", new { repo = alice.Did, writes = new[] { Write(Drink("", 80)) } });
        var unheld = await alice.CreateRecordAsync(Drink("tea", "hot"), Name("drink"), validate: false);

        Assert.Equal("valid", good.Ok().Json.GetProperty("validationStatus").GetString());
        Assert.Equal((400, $"Invalid {Name("drink")} record: Record/degrees must be an integer"), (bad.Status, bad.Message));
        Assert.Equal(
            (400, $"Invalid {Name("drink")} record: Record/label/text must not be shorter than 1 bytes"), (deepInside.Status, deepInside.Message));
        Assert.False(unheld.Ok().Json.TryGetProperty("validationStatus", out _));
    }

    [Fact]
    public async Task An_author_publishes_and_is_held_to_it_on_this_very_server()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        Did authority;
        await using (var first = await pds.StartServerAsync(database: database))
        {
            using var author = await TestAccount.CreateAsync(first);
            await PublishAsync(author);
            authority = author.Did;
        }

        // Where the author's DID document leads, nobody answers any more.
        await using var server = await pds.StartServerAsync(Settings(authority), database: database);
        using var alice = await TestAccount.CreateAsync(server);

        var good = await alice.CreateRecordAsync(Drink("tea", 80), Name("drink"), validate: true);
        var bad = await alice.CreateRecordAsync(Drink("tea", "hot"), Name("drink"));
        var resolved = await server.Xrpc.QueryAsync("com.atproto.lexicon.resolveLexicon", ("nsid", Name("drink")));
        var record = await server.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", authority), ("collection", SchemaCollection), ("rkey", Name("drink")));

        Assert.Equal("valid", good.Ok().Json.GetProperty("validationStatus").GetString());
        Assert.Equal((400, "InvalidRequest"), (bad.Status, bad.Error));
        Assert.Equal($"at://{authority}/{SchemaCollection}/{Name("drink")}", resolved.Ok().Json.GetProperty("uri").GetString());
        Assert.Equal(record.Ok().Json.GetProperty("cid").GetString(), resolved.Json.GetProperty("cid").GetString());
        Assert.Equal(record.Json.GetProperty("value").GetRawText(), resolved.Json.GetProperty("schema").GetRawText());
    }

    [Fact]
    public async Task Who_insists_on_a_schema_gets_one_as_soon_as_it_is_published()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var author = await pds.CreateAccountAsync();
        await using var server = await pds.StartServerAsync(Settings(author.Did), time);
        using var alice = await TestAccount.CreateAsync(server);

        var early = await alice.CreateRecordAsync(Drink("tea", 80), Name("drink"), validate: true);
        var unknown = await alice.CreateRecordAsync(Drink("tea", 80), Name("drink"));
        await PublishAsync(author);
        time.Advance(TimeSpan.FromSeconds(3));
        var late = await alice.CreateRecordAsync(Drink("tea", 80), Name("drink"), validate: true);

        Assert.Equal((400, $"Unknown lexicon type: {Name("drink")}"), (early.Status, early.Message));
        Assert.Equal("unknown", unknown.Ok().Json.GetProperty("validationStatus").GetString());
        Assert.Equal("valid", late.Ok().Json.GetProperty("validationStatus").GetString());
    }

    [Fact]
    public async Task A_schema_that_refers_to_what_cannot_be_had_holds_nobody_up()
    {
        using var author = await pds.CreateAccountAsync();
        (await author.PutRecordAsync(Drinks(), SchemaCollection, Name("drink"))).Ok();
        await using var server = await StartAsync(author);
        using var alice = await TestAccount.CreateAsync(server);

        var reply = await alice.CreateRecordAsync(Drink("tea", "hot"), Name("drink"));

        Assert.Equal("unknown", reply.Ok().Json.GetProperty("validationStatus").GetString());
    }

    [Fact]
    public async Task A_write_waits_no_longer_than_it_may_for_an_author_who_does_not_answer()
    {
        // Takes connections and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var dns = new TestDns();
        dns.Texts[$"_lexicon.{string.Join('.', _domain.Split('.').Reverse())}"] = [[$"did=did:web:localhost%3A{((IPEndPoint)silent.LocalEndpoint).Port}"]];
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_HANDLE_BACKUP_NAMESERVERS"] = dns.Address,
            ["PDS_ID_RESOLVER_TIMEOUT"] = "100000",
            ["PDS_RECORD_SCHEMA_WAIT_MS"] = "200",
        });
        using var alice = await TestAccount.CreateAsync(server);
        var started = Stopwatch.GetTimestamp();

        var reply = await alice.CreateRecordAsync(Drink("tea", "hot"), Name("drink"));

        Assert.Equal("unknown", reply.Ok().Json.GetProperty("validationStatus").GetString());
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("""{"lexicon": 1, "id": "NAME", "defs": {"main": {"type": "record", "key": "tid", "record": {"type": "objekt"}}}}""", "Record/defs/main/record/type must be object")]
    [InlineData("""{"lexicon": 1, "id": "NAME", "defs": {"main": {"type": "record", "record": {"type": "object"}}}}""", "Record/defs/main must have the property \"key\"")]
    [InlineData("""{"lexicon": 1, "id": "NAME", "defs": {"main": {"type": "object", "required": ["a"], "properties": {}}}}""", "Record/defs/main/required/0 must name a property")]
    [InlineData("""{"lexicon": 1, "id": "com.example.other", "defs": {}}""", "Record/id must be the record key, NAME")]
    [InlineData("""{"lexicon": 1, "id": "NAME"}""", "Record must have the property \"defs\"")]
    [InlineData("""{"lexicon": 2, "id": "NAME", "defs": {}}""", "Record/lexicon must be 1")]
    public async Task A_schema_that_nobody_could_use_is_refused_where_it_is_wrong(string document, string complaint)
    {
        using var author = await pds.CreateAccountAsync();
        var record = JsonNode.Parse(document.Replace("NAME", Name("drink"), StringComparison.Ordinal))!;

        var reply = await author.PutRecordAsync(record, SchemaCollection, Name("drink"));

        Assert.Equal(400, reply.Status);
        Assert.Equal(
            $"Invalid {SchemaCollection} record: {complaint.Replace("NAME", Name("drink"), StringComparison.Ordinal)}", reply.Message);
    }

    [Fact]
    public async Task A_lexicon_that_nobody_published_is_not_found()
    {
        using var nobody = await pds.CreateAccountAsync();
        await using var server = await pds.StartServerAsync(Settings(nobody.Did));

        var missing = await server.Xrpc.QueryAsync("com.atproto.lexicon.resolveLexicon", ("nsid", Name("drink")));
        var none = await server.Xrpc.QueryAsync("com.atproto.lexicon.resolveLexicon", ("nsid", "no name"));

        Assert.Equal((400, "LexiconNotFound"), (missing.Status, missing.Error));
        Assert.Equal((400, "InvalidRequest"), (none.Status, none.Error));
    }

    private string Name(string name) => $"{_domain}.{name}";

    private static Dictionary<string, string> Settings(Did authority) => new()
    {
        ["PDS_LEXICON_AUTHORITY_DID"] = authority.Value,
        ["PDS_RECORD_SCHEMA_WAIT_MS"] = "60000",
    };

    private Task<PdsServer> StartAsync(TestAccount author) => pds.StartServerAsync(Settings(author.Did));

    private async Task PublishAsync(TestAccount author)
    {
        (await author.PutRecordAsync(Labels(), SchemaCollection, Name("label"))).Ok();
        (await author.PutRecordAsync(Drinks(), SchemaCollection, Name("drink"))).Ok();
    }

    private JsonNode Drinks() => JsonNode.Parse(
        $$"""
        {"$type": "{{SchemaCollection}}", "lexicon": 1, "id": "{{Name("drink")}}", "defs": {"main": {
          "type": "record", "key": "any", "record": {"type": "object", "required": ["degrees", "label"], "properties": {
            "degrees": {"type": "integer"}, "label": {"type": "ref", "ref": "{{Name("label")}}"},
            "subject": {"type": "ref", "ref": "com.atproto.repo.strongRef"} } } } } }
        """)!;

    private JsonNode Labels() => JsonNode.Parse(
        $$"""
        {"$type": "{{SchemaCollection}}", "lexicon": 1, "id": "{{Name("label")}}", "defs": {"main": {
          "type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1} } } } }
        """)!;

    private static JsonObject Drink(string label, object degrees) => new()
    {
        ["degrees"] = degrees is int number ? number : (string)degrees,
        ["label"] = new JsonObject { ["text"] = label },
    };

    private Dictionary<string, object?> Write(JsonObject value) => new()
    {
        ["$type"] = "com.atproto.repo.applyWrites#create", ["collection"] = Name("drink"), ["value"] = value,
    };
}
