using AtProto;
using AtProto.Crypto;
using AtProto.Identity;
using Pds.Contracts.Identity;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Identity;

public sealed class IdentityFlowTests(PdsFixture pds)
{
    public static string NewSigningKey()
    {
        using var key = PrivateKey.Generate(KeyCurve.P256);
        return key.PublicKey.ToDidKey();
    }

    [Fact]
    public async Task A_new_did_says_in_the_directory_what_the_network_asks_of_it()
    {
        var server = await pds.GetServerAsync();
        var handle = Handle.Parse(TestAccount.NewHandle());
        var signingKey = NewSigningKey();
        var recoveryKey = NewSigningKey();
        var did = (await server.InvokeAsync<CreatedIdentity>(new CreateIdentity(handle, signingKey, recoveryKey))).Did;

        var before = await server.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did));
        var unpublished = await ResolveAsync(handle);
        await server.InvokeAsync(new PublishIdentity(did));
        await server.InvokeAsync(new PublishIdentity(did));
        var after = await server.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did));
        var published = await ResolveAsync(handle);

        Assert.Null(before);
        Assert.Equal("HandleNotFound", unpublished.Error);
        var document = DidDocument.Parse(after!.Json.Span);
        Assert.Equal(did, document.Id);
        Assert.Equal(handle, document.Handle);
        Assert.Equal(signingKey, document.SigningKey!.ToDidKey());
        Assert.Equal($"http://localhost:{server.Url.Port}", document.PdsEndpoint);
        Assert.Equal(did.Value, published.Ok().Json.GetProperty("did").GetString());

        using var http = TestHttp.Create(await pds.GetPlcUrlAsync());
        var data = await http.GetStringAsync($"/{did}/data", TestContext.Current.CancellationToken);
        Assert.Contains(recoveryKey, data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_abandoned_did_is_tombstoned_once_it_was_sent_and_its_handle_is_free()
    {
        var server = await pds.GetServerAsync();
        var handle = Handle.Parse(TestAccount.NewHandle());
        var did = (await server.InvokeAsync<CreatedIdentity>(new CreateIdentity(handle, NewSigningKey(), null))).Did;
        await server.InvokeAsync(new PublishIdentity(did));

        await server.InvokeAsync(new AbandonIdentity(did));

        Assert.Null(await server.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did, Fresh: true)));
        Assert.Null(await server.InvokeAsync<LocalIdentity?>(new GetIdentity(did)));
        Assert.Null(await server.InvokeAsync<LocalIdentity?>(new FindIdentity(handle)));
    }

    [Fact]
    public async Task An_adopted_did_is_left_alone_when_it_is_given_up()
    {
        var server = await pds.GetServerAsync();
        var did = (await server.InvokeAsync<CreatedIdentity>(
            new CreateIdentity(Handle.Parse(TestAccount.NewHandle()), NewSigningKey(), null))).Did;
        await server.InvokeAsync(new PublishIdentity(did));
        await using var other = await pds.StartServerAsync();
        var handle = Handle.Parse(TestAccount.NewHandle());

        await other.InvokeAsync(new AdoptIdentity(did, handle, AccountStatus.Deactivated));
        var adopted = await other.InvokeAsync<LocalIdentity?>(new GetIdentity(did));
        await other.InvokeAsync(new AbandonIdentity(did));

        Assert.Equal(new LocalIdentity(did, handle, AccountStatus.Deactivated), adopted);
        Assert.NotNull(await other.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did, Fresh: true)));
    }

    [Fact]
    public async Task Only_an_active_account_is_found_by_its_handle_from_outside()
    {
        var server = await pds.GetServerAsync();
        var handle = Handle.Parse(TestAccount.NewHandle());
        var did = (await server.InvokeAsync<CreatedIdentity>(new CreateIdentity(handle, NewSigningKey(), null))).Did;
        await server.InvokeAsync(new PublishIdentity(did));

        await server.InvokeAsync(new SetIdentityStatus(did, AccountStatus.Deactivated));
        var resting = await ResolveAsync(handle);
        var known = await server.InvokeAsync<LocalIdentity?>(new FindIdentity(handle));
        await server.InvokeAsync(new SetIdentityStatus(did, AccountStatus.Active));
        var back = await ResolveAsync(handle);
        await server.InvokeAsync(new SetIdentityStatus(did, AccountStatus.Deleted));

        Assert.Equal((400, "HandleNotFound"), (resting.Status, resting.Error));
        Assert.Equal(AccountStatus.Deactivated, known?.Status);
        Assert.Equal(200, back.Status);
        Assert.Null(await server.InvokeAsync<LocalIdentity?>(new FindIdentity(handle)));
    }

    [Fact]
    public async Task A_directory_that_is_away_is_an_upstream_failure()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_DID_PLC_URL"] = "http://127.0.0.1:1" }, database: database);
        var handle = Handle.Parse(TestAccount.NewHandle());
        var did = (await server.InvokeAsync<CreatedIdentity>(new CreateIdentity(handle, NewSigningKey(), null))).Did;

        var refusal = await Assert.ThrowsAsync<XrpcException>(() => server.InvokeAsync(new PublishIdentity(did)));
        await server.InvokeAsync(new AbandonIdentity(did));

        Assert.Equal((502, "UpstreamFailure"), (refusal.Status, refusal.Error));
        Assert.Null(await server.InvokeAsync<LocalIdentity?>(new FindIdentity(handle)));
    }

    [Fact]
    public async Task A_recovery_key_must_be_a_key()
    {
        var server = await pds.GetServerAsync();

        var refusal = await Assert.ThrowsAsync<XrpcException>(() => server.InvokeAsync<CreatedIdentity>(
            new CreateIdentity(Handle.Parse(TestAccount.NewHandle()), NewSigningKey(), "did:key:zNotAKey")));

        Assert.Equal((400, "InvalidRequest"), (refusal.Status, refusal.Error));
    }

    private Task<XrpcReply> ResolveAsync(Handle handle) =>
        pds.Xrpc.QueryAsync("com.atproto.identity.resolveHandle", ("handle", handle));
}
