using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using AtProto.Plc;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Identity.Plc;
using Pds.Tests.Support;

namespace Pds.Tests.Moving;

/// <summary><c>pds migrate</c> from the reference server to ours, and back again.</summary>
public sealed class RoundTripTests(ReferencePds reference) : IClassFixture<ReferencePds>
{
    private const string NewPassword = "the password at our server";

    private static readonly byte[] Png =
        Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    [Fact]
    public async Task An_account_that_goes_to_ours_and_returns_to_the_reference_is_what_it_was()
    {
        using var alice = await TestAccount.CreateAsync(reference.Xrpc);
        await SettleAsync(alice);
        using var key = PrivateKey.Generate(KeyCurve.P256);
        await AddOwnKeyAsync(alice.Did, key);
        var (before, identity) = (await Belongings.OfAsync(alice, alice.Did), await ReadPlcAsync(alice.Did));

        await MoveAsync(alice, reference.Url, reference.Ours.Url, alice.Password, NewPassword);

        var ours = await EnterAsync(reference.Ours.Xrpc, alice.Did, NewPassword);
        before.AssertSame(await Belongings.OfAsync(ours, alice.Did));
        var moved = await ReadPlcAsync(alice.Did);
        Assert.Equal($"http://localhost:{reference.Ours.Url.Port}", moved.PersonalDataServer!.Endpoint);
        Assert.Equal((key.PublicKey.ToDidKey(), 2), (moved.RotationKeys[0], moved.RotationKeys.Length));
        Assert.NotEqual(identity.RotationKeys[1], moved.RotationKeys[1]);
        Assert.Equal("deactivated", await StatusAsync(reference.Xrpc, alice.Did));

        await MoveAsync(alice, reference.Ours.Url, reference.Url, NewPassword, alice.Password);

        var back = await EnterAsync(reference.Xrpc, alice.Did, alice.Password);
        before.AssertSame(await Belongings.OfAsync(back, alice.Did));
        var returned = await ReadPlcAsync(alice.Did);
        Assert.Equal(identity.RotationKeys, returned.RotationKeys);
        Assert.Equal(identity.AlsoKnownAs, returned.AlsoKnownAs);
        Assert.Equal(identity.Services, returned.Services);
        Assert.Equal(identity.SigningKey, returned.SigningKey);
        Assert.Equal("deactivated", await StatusAsync(reference.Ours.Xrpc, alice.Did));
        (await back.ProcedureAsync("com.atproto.repo.createRecord", new
        {
            repo = alice.Did, collection = "app.bsky.feed.post", record = Records.Post("back"),
        })).Ok();
    }

    private static async Task SettleAsync(TestAccount alice)
    {
        for (var i = 0; i < 40; i++)
        {
            (await alice.CreateRecordAsync(Records.Post($"post {i}"))).Ok();
        }

        (await alice.CreateRecordAsync(new { name = "ä", deep = new { list = new object[] { 1, "two", new { three = true } } } }, "com.example.thing")).Ok();
        var avatar = await UploadAsync(alice, Png, "image/png");
        (await alice.PutRecordAsync(new JsonObject { ["$type"] = "app.bsky.actor.profile", ["displayName"] = "Alice", ["avatar"] = avatar }, "app.bsky.actor.profile", "self")).Ok();
        for (byte i = 0; i < 3; i++)
        {
            (await alice.CreateRecordAsync(new JsonObject { ["file"] = await UploadAsync(alice, [i, 1, 2], "application/x-thing") }, "com.example.file")).Ok();
        }

        (await alice.ProcedureAsync("app.bsky.actor.putPreferences", new JsonObject
        {
            ["preferences"] = new JsonArray(
                new JsonObject { ["$type"] = "app.bsky.actor.defs#adultContentPref", ["enabled"] = false },
                new JsonObject { ["$type"] = "app.bsky.actor.defs#personalDetailsPref", ["birthDate"] = "1990-05-06T00:00:00.000Z" },
                new JsonObject { ["$type"] = "app.bsky.test#unknown", ["b"] = 1, ["a"] = new JsonArray("x", 2) }),
        })).Ok();
    }

    private static async Task<JsonNode> UploadAsync(TestAccount alice, byte[] bytes, string type) =>
        JsonNode.Parse((await alice.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, type)).Ok().Json.GetProperty("blob").GetRawText())!;

    private async Task MoveAsync(TestAccount alice, Uri from, Uri to, string oldPassword, string newPassword)
    {
        using var passwords = new PasswordFiles(oldPassword, newPassword);
        string[] command =
        [
            alice.Did.Value, "--from", from.ToString(), "--to", to.ToString(), "--plc", reference.Plc.ToString(),
            "--old-password-file", passwords.Old, "--new-password-file", passwords.New,
        ];
        var (waiting, asked) = await MigrateCommandTests.RunAsync(command);
        Assert.True(waiting == 3, asked);
        var (done, told) = await MigrateCommandTests.RunAsync([.. command, "--plc-token", await reference.Mail.NextCodeAsync(alice.Email)]);
        Assert.True(done == 0, told);
        Assert.Matches(@"records\s+45\s+both servers have the same", told);
        Assert.Matches(@"files\s+4, \d+ bytes\s+each is what its record names", told);
        Assert.Matches(@"preferences\s+both servers have the same", told);
    }

    private async Task AddOwnKeyAsync(Did did, PrivateKey key)
    {
        using var server = ReferencePds.RotationKey();
        var directory = reference.Ours.Services.GetRequiredService<PlcClient>();
        var last = (await directory.GetLastAsync(did, TestContext.Current.CancellationToken))!;
        var data = last.Data! with { RotationKeys = [key.PublicKey.ToDidKey(), .. last.Data.RotationKeys] };
        await directory.SubmitAsync(did, PlcOperation.Update(data, last.Cid).Sign(server), TestContext.Current.CancellationToken);
    }

    private async Task<PlcData> ReadPlcAsync(Did did) => (await reference.Ours.Services.GetRequiredService<PlcClient>()
        .GetLastAsync(did, TestContext.Current.CancellationToken))!.Data!;

    private static async Task<string?> StatusAsync(XrpcClient server, Did did) =>
        (await server.QueryAsync("com.atproto.sync.getRepoStatus", ("did", did))).Ok().Json.GetProperty("status").GetString();

    private static async Task<XrpcClient> EnterAsync(XrpcClient server, Did did, string password)
    {
        var session = (await server.ProcedureAsync("com.atproto.server.createSession", new { identifier = did, password })).Ok();
        return new XrpcClient(server.Http) { Token = session.Json.GetProperty("accessJwt").GetString() };
    }
}
