using System.Net.Http.Headers;
using System.Net.Http.Json;
using AtProto;
using AtProto.Crypto;
using AtProto.Plc;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Storage;
using Pds.Modules.Identity.Plc;
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
    public async Task A_proof_that_has_made_an_account_makes_none_again_when_that_is_gone_but_a_new_one_does()
    {
        var server = await pds.GetServerAsync();
        var did = await PublishAsync();
        var token = Sign(did);
        Assert.Equal(400, (await SignUpAsync(did, token, "alice.invalid-domain.example.com")).Status);
        (await SignUpAsync(did, token)).Ok();
        await server.InvokeAsync(new DeleteRepository(did));
        await server.InvokeAsync(new SetIdentityStatus(did, AccountStatus.Deleted));
        await server.Services.GetRequiredService<AccountDeletionStore>().BeginAsync(did, ifExpired: false, TestContext.Current.CancellationToken);
        await server.Services.GetRequiredService<AccountDeletionStore>().EndAsync(did, TestContext.Current.CancellationToken);

        var reply = await SignUpAsync(did, token);
        var renewed = await SignUpAsync(did, Sign(did, nonce: "another"));

        Assert.Equal((401, "AuthenticationRequired", "jwt was used before"), (reply.Status, reply.Error, reply.Message));
        Assert.Equal(200, renewed.Status);
    }

    [Fact]
    public async Task An_account_that_moves_in_is_activated_once_its_did_says_so_in_everything()
    {
        var did = await PublishAsync();
        var session = (await SignUpAsync(did, Sign(did))).Ok().Json;
        var alice = new XrpcClient(TestHttp.Create(pds.Url)) { Token = session.GetProperty("accessJwt").GetString() };
        var wanted = (await alice.QueryAsync("com.atproto.identity.getRecommendedDidCredentials")).Ok().Json;
        var serverKey = wanted.GetProperty("rotationKeys")[0].GetString()!;
        var signingKey = wanted.GetProperty("verificationMethods").GetProperty("atproto").GetString()!;
        var endpoint = wanted.GetProperty("services").GetProperty("atproto_pds").GetProperty("endpoint").GetString()!;
        var own = _key.PublicKey.ToDidKey();
        var invalid = (await alice.QueryAsync("com.atproto.server.checkAccountStatus")).Ok().Json;

        var atOld = await ActivateAsync(alice);
        await UpdateAsync(did, PlcData.ForAccount(Handle.Parse(_handle), signingKey, "https://old.example.com", [own, serverKey]));
        var elsewhere = await ActivateAsync(alice);
        await UpdateAsync(did, PlcData.ForAccount(Handle.Parse(_handle), own, endpoint, [own, serverKey]));
        var otherKey = await ActivateAsync(alice);
        await UpdateAsync(did, PlcData.ForAccount(Handle.Parse(_handle), signingKey, endpoint, [own, serverKey]));
        var valid = (await alice.QueryAsync("com.atproto.server.checkAccountStatus")).Ok().Json;
        var activated = await ActivateAsync(alice);

        Assert.Equal(
            (false, false), (invalid.GetProperty("activated").GetBoolean(), invalid.GetProperty("validDid").GetBoolean()));
        Assert.Equal((400, "Server rotation key not included in PLC DID data"), (atOld.Status, atOld.Message));
        Assert.Equal((400, "DID document atproto_pds service endpoint does not match PDS public url"), (elsewhere.Status, elsewhere.Message));
        Assert.Equal((400, "DID document verification method does not match expected signing key"), (otherKey.Status, otherKey.Message));
        Assert.True(valid.GetProperty("validDid").GetBoolean());
        Assert.Equal(200, activated.Status);
        Assert.True((await alice.QueryAsync("com.atproto.server.getSession")).Ok().Json.GetProperty("active").GetBoolean());
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

    private static Task<XrpcReply> ActivateAsync(XrpcClient client) => client.ProcedureAsync("com.atproto.server.activateAccount");

    private async Task UpdateAsync(Did did, PlcData data)
    {
        var directory = (await pds.GetServerAsync()).Services.GetRequiredService<PlcClient>();
        var last = await directory.GetLastAsync(did, TestContext.Current.CancellationToken);
        await directory.SubmitAsync(did, PlcOperation.Update(data, last!.Cid).Sign(_key), TestContext.Current.CancellationToken);
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

    private string Sign(Did did, PrivateKey? key = null, string nonce = "one") =>
        TestTokens.OfAccount(key ?? _key, did, Method, nonce);
}
