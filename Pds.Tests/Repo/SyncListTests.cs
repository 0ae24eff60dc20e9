using AtProto;
using AtProto.Repo;
using Pds.Contracts.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class SyncListTests(PdsFixture pds)
{
    [Fact]
    public async Task Repositories_are_found_by_a_collection_they_have_page_by_page()
    {
        const string collection = "com.example.rarity";
        var server = await pds.GetServerAsync();
        var accounts = new List<TestAccount>();
        for (var i = 0; i < 4; i++)
        {
            accounts.Add(await pds.CreateAccountAsync());
            (await accounts[i].CreateRecordAsync(new { i }, i == 3 ? "com.example.rarityx" : collection)).Ok();
        }

        await server.InvokeAsync(new SetRepositoryStatus(accounts[1].Did, AccountStatus.Deactivated));

        var found = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await pds.Xrpc.QueryAsync(
                "com.atproto.sync.listReposByCollection", ("collection", collection), ("limit", 1), ("cursor", cursor))).Ok().Json;
            found.AddRange(page.GetProperty("repos").EnumerateArray().Select(repo => repo.GetProperty("did").GetString()!));
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal([accounts[0].Did.Value, accounts[2].Did.Value], found);
        Assert.Equal(400, (await pds.Xrpc.QueryAsync(
            "com.atproto.sync.listReposByCollection", ("collection", collection), ("cursor", "x"))).Status);
        accounts.ForEach(account => account.Dispose());
    }

    [Fact]
    public async Task The_server_tells_of_itself_and_of_no_other_host()
    {
        using var alice = await pds.CreateAccountAsync();

        var own = (await pds.Xrpc.QueryAsync("com.atproto.sync.getHostStatus", ("hostname", "LOCALHOST"))).Ok().Json;
        var other = await pds.Xrpc.QueryAsync("com.atproto.sync.getHostStatus", ("hostname", "relay.example.com"));

        Assert.Equal(("localhost", "active"), (own.GetProperty("hostname").GetString(), own.GetProperty("status").GetString()));
        Assert.True(own.GetProperty("seq").GetInt64() > 0);
        Assert.True(own.GetProperty("accountCount").GetInt64() > 0);
        Assert.Equal((400, "HostNotFound"), (other.Status, other.Error));
    }

    [Fact]
    public async Task Deprecated_methods_give_what_their_successors_give()
    {
        using var alice = await pds.CreateAccountAsync();
        (await alice.CreateRecordAsync(Records.Post("x"))).Ok();

        var head = (await pds.Xrpc.QueryAsync("com.atproto.sync.getHead", ("did", alice.Did))).Ok();
        var checkout = (await pds.Xrpc.QueryAsync("com.atproto.sync.getCheckout", ("did", alice.Did))).Ok();
        var unknown = await pds.Xrpc.QueryAsync("com.atproto.sync.getHead", ("did", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"));

        Assert.Equal((await alice.GetHeadAsync()).ToString(), head.Json.GetProperty("root").GetString());
        Assert.Equal([await alice.GetHeadAsync()], CarReader.ReadAll(checkout.Body).Roots);
        Assert.Equal((400, "HeadNotFound"), (unknown.Status, unknown.Error));
    }
}
