using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Crypto;
using Pds.Contracts.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Keys;

/// <summary>The tokens by which accounts call other services.</summary>
public sealed class ServiceTokenTests(PdsFixture pds)
{
    [Fact]
    public async Task A_token_names_all_that_a_service_checks_and_is_signed_with_the_accounts_key()
    {
        using var alice = await pds.CreateAccountAsync();
        var server = await pds.GetServerAsync();

        var signed = await server.InvokeAsync<SignedServiceToken?>(
            new SignServiceToken(alice.Did, "did:web:api.example.com", "app.bsky.feed.getTimeline"));

        var parts = signed!.Token.Split('.');
        var claims = JsonElement.Parse(Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal(alice.Did.Value, claims.GetProperty("iss").GetString());
        Assert.Equal("did:web:api.example.com", claims.GetProperty("aud").GetString());
        Assert.Equal("app.bsky.feed.getTimeline", claims.GetProperty("lxm").GetString());
        Assert.Equal(60, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal(32, claims.GetProperty("jti").GetString()!.Length);
        var key = await server.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(alice.Did));
        Assert.True(PublicKey.ParseDidKey(key!.DidKey).Verify(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2])));
    }

    [Fact]
    public async Task A_repository_that_is_gone_signs_nothing_more()
    {
        using var alice = await pds.CreateAccountAsync();
        var server = await pds.GetServerAsync();
        var asked = new SignServiceToken(alice.Did, "did:web:api.example.com", null);
        var before = await server.InvokeAsync<SignedServiceToken?>(asked);

        await server.InvokeAsync(new DeleteRepository(alice.Did));

        Assert.NotNull(before);
        Assert.Null(await server.InvokeAsync<SignedServiceToken?>(asked));
    }

    [Fact]
    public async Task Who_has_no_repository_here_gets_no_token()
    {
        var server = await pds.GetServerAsync();

        var signed = await server.InvokeAsync<SignedServiceToken?>(
            new SignServiceToken(Did.Parse("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), "did:web:api.example.com", null));

        Assert.Null(signed);
    }
}
