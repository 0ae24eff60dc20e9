using System.Text;
using Pds.Contracts.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

/// <summary>What an account can learn of its own move, and the keys that are made ahead of one.</summary>
public sealed class AccountStatusTests(PdsFixture pds)
{
    private const string Check = "com.atproto.server.checkAccountStatus";
    private const string Reserve = "com.atproto.server.reserveSigningKey";

    [Fact]
    public async Task An_account_learns_what_it_has_here()
    {
        using var alice = await pds.CreateAccountAsync();
        var blob = (await alice.ProcedureAsync("com.atproto.repo.uploadBlob", Encoding.UTF8.GetBytes("some bytes"), "text/plain"))
            .Ok().Json.GetProperty("blob");
        (await alice.CreateRecordAsync(Records.Post("one"))).Ok();
        (await alice.CreateRecordAsync(new { blob }, "com.example.thing")).Ok();

        var status = (await alice.QueryAsync(Check)).Ok().Json;

        Assert.True(status.GetProperty("activated").GetBoolean());
        Assert.True(status.GetProperty("validDid").GetBoolean());
        Assert.Equal((await alice.GetHeadAsync()).ToString(), status.GetProperty("repoCommit").GetString());
        Assert.Equal(2, status.GetProperty("indexedRecords").GetInt32());
        Assert.True(status.GetProperty("repoBlocks").GetInt32() >= 4);
        Assert.Equal(0, status.GetProperty("privateStateValues").GetInt32());
        Assert.Equal(1, status.GetProperty("expectedBlobs").GetInt32());
        Assert.Equal(1, status.GetProperty("importedBlobs").GetInt32());
    }

    [Fact]
    public async Task A_deactivated_account_learns_that_it_is()
    {
        using var alice = await pds.CreateAccountAsync();
        (await alice.ProcedureAsync("com.atproto.server.deactivateAccount", new { })).Ok();

        Assert.False((await alice.QueryAsync(Check)).Ok().Json.GetProperty("activated").GetBoolean());
    }

    [Fact]
    public async Task A_key_reserved_for_a_did_stays_the_same()
    {
        var did = $"did:web:{TestAccount.NewHandle().Replace(".test", ".example.com", StringComparison.Ordinal)}";

        var first = await ReserveAsync(new { did });
        var again = await ReserveAsync(new { did });

        Assert.StartsWith("did:key:z", first, StringComparison.Ordinal);
        Assert.Equal(first, again);
    }

    [Fact]
    public async Task A_key_reserved_for_nobody_is_a_new_one() =>
        Assert.NotEqual(await ReserveAsync(new { }), await ReserveAsync(new { }));

    [Fact]
    public async Task Sign_up_makes_a_key_of_its_own()
    {
        var server = await pds.GetServerAsync();
        var reserved = await ReserveAsync(new { });
        using var alice = await pds.CreateAccountAsync();

        Assert.NotEqual(reserved, (await server.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(alice.Did)))!.DidKey);
    }

    private async Task<string> ReserveAsync(object input) =>
        (await pds.Xrpc.ProcedureAsync(Reserve, input)).Ok().Json.GetProperty("signingKey").GetString()!;
}
