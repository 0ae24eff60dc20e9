using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Sessions;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Repo;

/// <summary>What every method that writes refuses, and by which name.</summary>
public sealed class WriteRefusalTests(PdsFixture pds) : IAsyncLifetime
{
    private const string Collection = "com.example.note";
    private const string Upload = "com.atproto.repo.uploadBlob";

    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync() => _alice = await pds.CreateAccountAsync();

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        return ValueTask.CompletedTask;
    }

    public static TheoryData<string> Methods => ["createRecord", "putRecord", "deleteRecord", "applyWrites"];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Whose_repository_it_is_and_how_that_stands(string method)
    {
        var server = await pds.GetServerAsync();
        using var bob = await pds.CreateAccountAsync();
        using var gone = await pds.CreateAccountAsync();
        await server.InvokeAsync(new SetRepositoryStatus(gone.Did, AccountStatus.Takendown));

        await AssertRefusedAsync(_alice, method, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", 403, "AccountNotFound");
        await AssertRefusedAsync(_alice, method, "nobody-at-all.test", 403, "AccountNotFound");
        await AssertRefusedAsync(_alice, method, gone.Did.Value, 401, "AccountTakedown");
        await AssertRefusedAsync(_alice, method, bob.Did.Value, 401, "AuthenticationRequired");
        await AssertRefusedAsync(_alice, method, bob.Handle.Value, 401, "AuthenticationRequired");
        await AssertRefusedAsync(_alice, method, "no name", 400, "InvalidRequest");
        await AssertRefusedAsync(pds.Xrpc, method, bob.Did.Value, 401, "AuthMissing");
        (await WriteAsync(_alice, method, _alice.Handle.Value)).Ok();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task An_account_that_is_not_active_writes_nothing(string method)
    {
        var server = await pds.GetServerAsync();

        await server.InvokeAsync(new SetRepositoryStatus(_alice.Did, AccountStatus.Deactivated));
        await AssertRefusedAsync(_alice, method, _alice.Did.Value, 401, "AccountDeactivated");
        await server.InvokeAsync(new SetRepositoryStatus(_alice.Did, AccountStatus.Takendown));
        await AssertRefusedAsync(_alice, method, _alice.Did.Value, 401, "AccountTakedown");
        await server.InvokeAsync(new SetRepositoryStatus(_alice.Did, AccountStatus.Active));
        (await WriteAsync(_alice, method, _alice.Did.Value)).Ok();
    }

    [Theory]
    [InlineData("createRecord", 1_000_000)]
    [InlineData("putRecord", 1_000_000)]
    [InlineData("applyWrites", 1_000_000)]
    [InlineData("deleteRecord", 150 * 1024)]
    public async Task A_body_has_its_bounds(string method, int limit)
    {
        var reply = await WriteAsync(_alice, method, _alice.Did.Value, input => input["more"] = new string('x', limit));

        Assert.Equal((413, "PayloadTooLarge"), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("putRecord", "swapRecord", "\"\\ud800\"")]
    [InlineData("putRecord", "swapRecord", "7")]
    [InlineData("deleteRecord", "swapRecord", "\"x\"")]
    [InlineData("createRecord", "swapCommit", "\"\\ud800\"")]
    [InlineData("createRecord", "rkey", "\"\\ud800\"")]
    [InlineData("putRecord", "rkey", "\"a b\"")]
    [InlineData("createRecord", "collection", "\"nonsense\"")]
    [InlineData("createRecord", "validate", "\"yes\"")]
    [InlineData("applyWrites", "writes", "{}")]
    [InlineData("applyWrites", "writes", "[null]")]
    [InlineData("createRecord", "record", "{\"a\":\"\\ud800\"}")]
    public async Task A_field_that_is_wrong_is_refused(string method, string field, string json)
    {
        var input = Input(method, _alice.Did.Value);
        input[field] = "HERE";
        var body = System.Text.Encoding.UTF8.GetBytes(input.ToJsonString().Replace("\"HERE\"", json, StringComparison.Ordinal));

        var reply = await _alice.ProcedureAsync($"com.atproto.repo.{method}", body, "application/json");

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("createRecord")]
    [InlineData("putRecord")]
    [InlineData("applyWrites")]
    public async Task A_key_with_a_slur_is_refused(string method)
    {
        // In ROT13, like the list.
        var slur = string.Concat("sn-tt-bg".Select(c => c is >= 'a' and <= 'z' ? (char)('a' + ((c - 'a' + 13) % 26)) : c));

        var reply = await WriteAsync(_alice, method, _alice.Did.Value, input =>
        {
            var write = input["writes"]?[0] ?? input;
            write["rkey"] = $"My-{slur}";
        });

        Assert.Equal((400, "InvalidRequest", "Unacceptable slur in record key"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task A_session_of_another_kind_is_refused()
    {
        var server = await pds.GetServerAsync();
        var tokens = server.Services.GetRequiredService<TokenIssuer>();
        foreach (var method in Methods.Select(method => method.Data))
        {
            _alice.Token = tokens.Issue(_alice.Did, AccessKind.Takendown).AccessJwt;
            await AssertRefusedAsync(_alice, method, _alice.Did.Value, 400, "InvalidToken");
            _alice.Token = _alice.RefreshToken;
            await AssertRefusedAsync(_alice, method, _alice.Did.Value, 400, "InvalidToken");
        }

        _alice.Token = tokens.Issue(_alice.Did, AccessKind.AppPassword).AccessJwt;
        var import = await RepoCar.ImportAsync(_alice, new RepoCar(_alice.Did).Build().ToBytes());
        Assert.Equal((400, "InvalidToken", "Bad token scope"), (import.Status, import.Error, import.Message));
    }

    [Fact]
    public async Task A_blob_may_come_with_a_token_for_the_method_while_the_account_is_not_taken_down()
    {
        var server = await pds.GetServerAsync();
        var here = server.Services.GetRequiredService<ServiceOptions>().ServiceDid;
        var token = await TokenAsync(Upload);
        var other = await TokenAsync("com.atproto.repo.createRecord");
        using var service = TestHttp.Create(server.Url);

        var uploaded = await UploadAsync(service, token);
        var wrong = await UploadAsync(service, other);
        var record = await WriteAsync(new XrpcClient(service) { Token = other }, "createRecord", _alice.Did.Value);
        using var admin = new AdminClient(server);
        (await admin.SetStatusAsync(
            new Dictionary<string, string> { ["$type"] = "com.atproto.admin.defs#repoRef", ["did"] = _alice.Did.Value },
            new { applied = true })).Ok();
        var takendown = await UploadAsync(service, token);
        var session = await UploadAsync(service, _alice.Token!);

        uploaded.Ok();
        Assert.Equal((401, "BadJwtLexiconMethod"), (wrong.Status, wrong.Error));
        Assert.Equal((400, "InvalidToken"), (record.Status, record.Error));
        Assert.Equal((401, "AccountTakedown"), (takendown.Status, takendown.Error));
        Assert.Equal((401, "AccountTakedown"), (session.Status, session.Error));

        async Task<string> TokenAsync(string method) => (await _alice.QueryAsync("com.atproto.server.getServiceAuth", ("aud", here), ("lxm", method)))
            .Ok().Json.GetProperty("token").GetString()!;
    }

    [Fact]
    public async Task An_app_imports_a_repository_only_if_it_may_manage_that()
    {
        var server = await pds.GetServerAsync();
        using var key = DpopKey.Create();
        Task<XrpcReply> ImportAsync(string scope) => key.SendAsync(
            server.Xrpc, HttpMethod.Post, "/xrpc/com.atproto.repo.importRepo", TestTokens.Mint(server, _alice.Did, key.Jkt, $"atproto {scope}"),
            content: () => new ByteArrayContent(new RepoCar(_alice.Did).Build().ToBytes())
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/vnd.ipld.car") },
            });

        Assert.Equal("ScopeMissingError", (await ImportAsync("transition:generic")).Error);
        Assert.Equal("ScopeMissingError", (await ImportAsync("account:repo")).Error);
        (await ImportAsync("account:repo?action=manage")).Ok();
    }

    private static Task<XrpcReply> UploadAsync(HttpClient http, string token) =>
        new XrpcClient(http) { Token = token }.ProcedureAsync(Upload, "bytes"u8.ToArray(), "text/plain");

    private static async Task AssertRefusedAsync(XrpcClient caller, string method, string repo, int status, string error)
    {
        var reply = await WriteAsync(caller, method, repo);

        Assert.True((status, error) == (reply.Status, reply.Error), $"{method}: {reply}");
    }

    private static Task<XrpcReply> WriteAsync(XrpcClient caller, string method, string repo, Action<JsonObject>? change = null)
    {
        var input = Input(method, repo);
        change?.Invoke(input);
        return caller.ProcedureAsync($"com.atproto.repo.{method}", input);
    }

    private static JsonObject Input(string method, string repo) => method switch
    {
        "applyWrites" => new JsonObject
        {
            ["repo"] = repo,
            ["writes"] = new JsonArray(new JsonObject
            {
                ["$type"] = "com.atproto.repo.applyWrites#create", ["collection"] = Collection, ["value"] = new JsonObject(),
            }),
        },
        "createRecord" => new JsonObject { ["repo"] = repo, ["collection"] = Collection, ["record"] = new JsonObject() },
        "putRecord" => new JsonObject { ["repo"] = repo, ["collection"] = Collection, ["rkey"] = "a", ["record"] = new JsonObject() },
        _ => new JsonObject { ["repo"] = repo, ["collection"] = Collection, ["rkey"] = "a" },
    };
}
