using System.Security.Cryptography;
using System.Text.Json;
using AtProto;
using AtProto.Repo;
using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Repo.Keys;
using Pds.Tests.Support;

namespace Pds.Tests.Cli;

/// <summary>Keys are changed under accounts that go on writing.</summary>
public sealed class RotateKeysTests(PdsFixture pds)
{
    [Fact]
    public async Task Accounts_sign_with_other_keys_that_directory_and_stream_tell_of()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        var line = CommandLine.For(server, database);
        using var alice = await TestAccount.CreateAsync(server);
        using var bob = await TestAccount.CreateAsync(server);
        (await alice.CreateRecordAsync(Records.Post("before"))).Ok();
        var (first, other) = (await FindKeyAsync(server, alice.Did), await FindKeyAsync(server, bob.Did));
        using var stream = await StreamClient.ConnectAsync(server.Url);

        (await line.RunAsync("rotate-keys", "accounts", alice.Did.Value)).Ok();

        var second = await FindKeyAsync(server, alice.Did);
        Assert.NotEqual(first, second);
        Assert.Equal(second, await FindDirectoryKeyAsync(server, alice.Did));
        Assert.Equal(other, await FindKeyAsync(server, bob.Did));
        var told = await stream.ReadAsync(alice.Did, 2);
        Assert.Equal(alice.Handle, Assert.IsType<IdentityMessage>(told[0]).Handle);
        var sync = Assert.IsType<SyncMessage>(told[1]);

        // The server, which has the repository in mind, writes on with the new key.
        (await alice.CreateRecordAsync(Records.Post("after"))).Ok();
        Assert.Equal(sync.Rev, Assert.IsType<CommitMessage>((await stream.ReadAsync(alice.Did, 1))[0]).Since);
        (await line.RunAsync("verify", "--all", "--identities")).Ok();

        // Cut off between the directory and the repository.
        var keys = server.Services.GetRequiredService<KeyRotation>();
        var prepared = await keys.PrepareAsync(alice.Did, TestContext.Current.CancellationToken);
        await server.Services.GetRequiredService<IdentityRotation>().SetSigningKeyAsync(alice.Did, prepared, TestContext.Current.CancellationToken);
        (await line.RunAsync("verify", alice.Did.Value, "--identities")).Failed("names another signing key");
        var all = await line.JsonAsync("rotate-keys", "accounts", "--all", "--yes", "--rate", "100");
        Assert.Equal(2, all.GetProperty("done").GetInt32());
        Assert.Equal(prepared, await FindKeyAsync(server, alice.Did));
        Assert.NotEqual(other, await FindKeyAsync(server, bob.Did));
        (await line.RunAsync("verify", "--all", "--identities")).Ok();

        var none = await line.JsonAsync("rotate-keys", "accounts", "--all", "--yes", "--older-than", "2020-01-01T00:00:00Z");
        Assert.Equal(0, none.GetProperty("done").GetInt32());
        (await line.RunAsync("rotate-keys", "accounts", "--all")).Failed("--yes");
        (await line.RunAsync("rotate-keys", "accounts", "did:web:alice.test")).Failed("its owner has to");
    }

    [Fact]
    public async Task The_rotation_key_is_changed_in_three_steps_and_the_old_one_is_worth_nothing_then()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("pds-key-");
        var file = Path.Combine(folder.FullName, "key");
        var next = $"7{RandomNumberGenerator.GetHexString(63, lowercase: true)}";
        await File.WriteAllTextAsync(file, $"{next}\n", TestContext.Current.CancellationToken);
        var server = await pds.StartServerAsync(database: database);
        var line = CommandLine.For(server, database);
        using var alice = await TestAccount.CreateAsync(server);
        var before = await ReadRotationKeysAsync(server, alice.Did);

        (await line.RunAsync("rotate-keys", "plc-begin", "--new-key-file", "/nowhere", "--yes")).Failed("64 hexadecimal digits");
        (await line.RunAsync("rotate-keys", "plc-begin", "--new-key-file", file, "--yes", "--rate", "100")).Ok();
        (await line.RunAsync("rotate-keys", "plc-begin", "--new-key-file", file, "--yes", "--rate", "100")).Ok();
        Assert.Equal(before.Length + 1, (await ReadRotationKeysAsync(server, alice.Did)).Length);
        await server.DisposeAsync();
        var switched = await line.JsonAsync("rotate-keys", "plc-switch", "--new-key-file", file, "--yes");
        Assert.Equal(1, switched.GetProperty("sealed").GetInt32());
        Assert.Equal(before.Single(), switched.GetProperty("oldKey").GetString());

        var settings = new Dictionary<string, string> { ["PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"] = next };
        await using var after = await pds.StartServerAsync(settings, database: database);
        var newLine = CommandLine.For(after, database, ("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX", next));
        (await newLine.RunAsync("rotate-keys", "plc-end", "--old-key", before.Single(), "--yes", "--rate", "100")).Ok();

        Assert.Equal([switched.GetProperty("newKey").GetString()], await ReadRotationKeysAsync(after, alice.Did));
        using var http = TestHttp.Create(after.Url);
        var again = new XrpcClient(http) { Token = alice.Token };
        (await again.ProcedureAsync(
            "com.atproto.repo.createRecord", new { repo = alice.Did, collection = "app.bsky.feed.post", record = Records.Post("after") })).Ok();
        (await newLine.RunAsync("verify", "--all")).Ok();
        (await line.RunAsync("verify", "--all")).Failed("its signing key does not open");
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_new_key_of_access_tokens_is_published_before_it_signs()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);

        var rotated = await CommandLine.For(server, database).JsonAsync("rotate-keys", "oauth");

        Assert.True(rotated.GetProperty("activeFrom").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
        await Eventually.TrueAsync(async () => (await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/oauth/jwks"))).Json
            .GetProperty("keys").EnumerateArray().Any(key => key.GetProperty("kid").GetString() == rotated.GetProperty("kid").GetString()));
    }

    // The key that the head is signed with, as a reader sees it: of those that could be, the one whose signature holds.
    private static async Task<string> FindKeyAsync(PdsServer server, Did did)
    {
        var key = await server.Services.GetRequiredService<KeyRotation>().FindAsync(did, TestContext.Current.CancellationToken);
        var car = CarReader.ReadAll((await server.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", did))).Ok().Body);
        Assert.True(SignedCommit.TryDecode(car.Blocks[Assert.Single(car.Roots)], out var commit));
        Assert.True(commit.Verify(AtProto.Crypto.PublicKey.ParseDidKey(key!)));
        return key!;
    }

    private static async Task<JsonElement> ReadDataAsync(PdsServer server, Did did)
    {
        using var http = TestHttp.Create(server.PlcUrl);
        return (await new XrpcClient(http).SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/{did}/data"))).Ok().Json;
    }

    private static async Task<string?> FindDirectoryKeyAsync(PdsServer server, Did did) =>
        (await ReadDataAsync(server, did)).GetProperty("verificationMethods").GetProperty("atproto").GetString();

    private static async Task<string[]> ReadRotationKeysAsync(PdsServer server, Did did) =>
        [.. (await ReadDataAsync(server, did)).GetProperty("rotationKeys").EnumerateArray().Select(key => key.GetString()!)];
}
