using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using AtProto;
using AtProto.Crypto;
using AtProto.Plc;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

/// <summary>An account that comes from another server, with a DID and a key of its own.</summary>
public sealed class AccountMigrationTests(PdsFixture pds) : IDisposable
{
    private const string Method = "com.atproto.server.createAccount";

    private readonly PrivateKey _key = PrivateKey.Generate(KeyCurve.K256);
    private readonly string _handle = TestAccount.NewHandle();

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task An_account_with_proof_of_its_did_comes_in_deactivated_and_its_did_stays_as_it_is()
    {
        var did = await PublishAsync();

        var session = (await SignUpAsync(did, Sign(did))).Ok().Json;
        var client = new XrpcClient(TestHttp.Create(pds.Url)) { Token = session.GetProperty("accessJwt").GetString() };
        var told = (await client.QueryAsync("com.atproto.server.getSession")).Ok().Json;
        var repo = await pds.Xrpc.QueryAsync("com.atproto.repo.describeRepo", ("repo", did));

        Assert.Equal(did.Value, session.GetProperty("did").GetString());
        var method = session.GetProperty("didDoc").GetProperty("verificationMethod")[0];
        Assert.Equal(_key.PublicKey.ToMultibase(), method.GetProperty("publicKeyMultibase").GetString());
        Assert.Equal((false, "deactivated"), (told.GetProperty("active").GetBoolean(), told.GetProperty("status").GetString()));
        Assert.Equal((400, "RepoDeactivated"), (repo.Status, repo.Error));
    }

    [Fact]
    public async Task A_did_that_is_here_already_is_refused()
    {
        var did = await PublishAsync();
        (await SignUpAsync(did, Sign(did))).Ok();

        var reply = await SignUpAsync(did, Sign(did), TestAccount.NewHandle());

        Assert.Equal((400, "InvalidRequest", $"Account already exists: {did}"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task A_token_of_another_account_is_no_proof()
    {
        var did = await PublishAsync();
        using var alice = await pds.CreateAccountAsync();

        var reply = await SignUpAsync(alice.Did, Sign(did));

        Assert.Equal((401, "AuthenticationRequired"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_token_signed_with_another_key_is_no_proof()
    {
        var did = await PublishAsync();
        using var other = PrivateKey.Generate(KeyCurve.K256);

        var reply = await SignUpAsync(did, Sign(did, other));

        Assert.Equal((401, "BadJwtSignature"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_handle_elsewhere_has_to_resolve_to_the_did()
    {
        var did = await PublishAsync();

        var reply = await SignUpAsync(did, Sign(did), "alice.invalid-domain.example.com");

        Assert.Equal(
            (400, "InvalidRequest", "External handle did not resolve to DID"), (reply.Status, reply.Error, reply.Message));
    }

    private async Task<Did> PublishAsync()
    {
        var didKey = _key.PublicKey.ToDidKey();
        var operation = PlcOperation
            .Genesis(PlcData.ForAccount(Handle.Parse(_handle), didKey, "https://old.example.com", [didKey]))
            .Sign(_key);
        using var plc = TestHttp.Create(await pds.GetPlcUrlAsync());
        using var content = new ByteArrayContent(operation.ToJson());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var reply = await plc.PostAsync(
            new Uri($"/{operation.Did}", UriKind.Relative), content, TestContext.Current.CancellationToken);
        reply.EnsureSuccessStatusCode();
        return operation.Did;
    }

    private Task<XrpcReply> SignUpAsync(Did did, string token, string? handle = null)
    {
        handle ??= _handle;
        return pds.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/xrpc/{Method}")
        {
            Content = JsonContent.Create(
                new { handle, email = $"{TestAccount.NewHandle()}@mail.test", password = "secret", did = did.Value },
                new MediaTypeHeaderValue("application/json")),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        });
    }

    private string Sign(Did did, PrivateKey? key = null)
    {
        var expires = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        var signed = Encode("""{"typ":"JWT","alg":"ES256K"}""")
            + "." + Encode($$"""{"iss":"{{did}}","aud":"did:web:localhost","exp":{{expires}},"lxm":"{{Method}}"}""");
        var signature = new byte[PublicKey.SignatureLength];
        (key ?? _key).Sign(Encoding.ASCII.GetBytes(signed), signature);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
