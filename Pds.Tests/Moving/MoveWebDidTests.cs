using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AtProto.Crypto;
using Pds.Modules.Moving.Engine;
using Pds.Tests.Support;

namespace Pds.Tests.Moving;

/// <summary>A did:web, whose document its owner writes.</summary>
public sealed class MoveWebDidTests(MoveWorld world) : IClassFixture<MoveWorld>
{
    private const string Password = "the password at the old server";

    [Fact]
    public async Task The_owner_is_told_what_to_write_and_waited_for()
    {
        await using var owner = await WebDid.StartAsync();
        var handle = await SettleAsync(owner);
        using var http = TestHttp.Create(world.Old.Url);
        var move = world.Open(http);
        var request = new MoveRequest(owner.Did, Password, MoveWorld.NewPassword);

        var told = await move.RunAsync(request, TestContext.Current.CancellationToken);
        var still = await move.RunAsync(request, TestContext.Current.CancellationToken);
        owner.Write(handle, told.Document!.PublicKeyMultibase, told.Document.ServiceEndpoint);
        var done = await move.RunAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((MovePause.DidDocument, MovePause.DidDocument), (told.Pause, still.Pause));
        Assert.Equal(($"at://{handle}", $"http://localhost:{world.New.Url.Port}"), (told.Document.AlsoKnownAs, told.Document.ServiceEndpoint));
        Assert.Null(done.Pause);
        Assert.Empty(done.Report.Problems);
        Assert.Equal((1, true, false), (done.Report.Records, done.Report.NewIsActive, done.Report.OldIsActive));
    }

    // As it came to the old server: with a proof signed by its own key.
    private async Task<string> SettleAsync(WebDid owner)
    {
        var handle = TestAccount.NewHandle();
        owner.Write(handle, owner.Key.PublicKey.ToMultibase(), "https://elsewhere.example.com");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/xrpc/com.atproto.server.createAccount");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", owner.Sign("did:web:localhost", "com.atproto.server.createAccount"));
        request.Content = new StringContent(
            new JsonObject { ["did"] = owner.Did, ["handle"] = handle, ["email"] = $"{handle}@mail.test", ["password"] = Password }.ToJsonString(),
            Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        var session = (await world.Old.Xrpc.SendAsync(request)).Ok().Json;
        var account = new XrpcClient(world.Old.Xrpc.Http) { Token = session.GetProperty("accessJwt").GetString() };
        var wanted = (await account.QueryAsync("com.atproto.identity.getRecommendedDidCredentials")).Ok().Json;
        owner.Write(
            handle,
            wanted.GetProperty("verificationMethods").GetProperty("atproto").GetString()!["did:key:".Length..],
            wanted.GetProperty("services").GetProperty("atproto_pds").GetProperty("endpoint").GetString()!);
        (await account.ProcedureAsync("com.atproto.server.activateAccount")).Ok();
        (await account.ProcedureAsync("com.atproto.repo.createRecord", new
        {
            repo = owner.Did, collection = "app.bsky.feed.post", record = Records.Post("mine"),
        })).Ok();
        return handle;
    }

    /// <summary>A small web server with somebody's document on it.</summary>
    private sealed class WebDid(StaticDocument document) : IAsyncDisposable
    {
        public PrivateKey Key { get; } = PrivateKey.Generate(KeyCurve.K256);

        public string Did => $"did:web:localhost%3A{document.Port}";

        public static async Task<WebDid> StartAsync() => new(await StaticDocument.StartAsync("/.well-known/did.json"));

        public void Write(string handle, string key, string endpoint) => document.Text = new JsonObject
        {
            ["id"] = Did,
            ["alsoKnownAs"] = new JsonArray($"at://{handle}"),
            ["verificationMethod"] = new JsonArray(new JsonObject
            {
                ["id"] = "#atproto", ["type"] = "Multikey", ["controller"] = Did, ["publicKeyMultibase"] = key,
            }),
            ["service"] = new JsonArray(new JsonObject
            {
                ["id"] = "#atproto_pds", ["type"] = "AtprotoPersonalDataServer", ["serviceEndpoint"] = endpoint,
            }),
        }.ToJsonString();

        public string Sign(string audience, string method)
        {
            var signed = Encode("""{"typ":"JWT","alg":"ES256K"}""") + "." + Encode(new JsonObject
            {
                ["iss"] = Did, ["aud"] = audience, ["exp"] = DateTimeOffset.MaxValue.ToUnixTimeSeconds(), ["lxm"] = method, ["jti"] = "one",
            }.ToJsonString());
            return $"{signed}.{Base64Url.EncodeToString(Key.Sign(Encoding.ASCII.GetBytes(signed)))}";
        }

        public async ValueTask DisposeAsync()
        {
            Key.Dispose();
            await document.DisposeAsync();
        }

        private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }
}
