using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class KeyRingTests(PdsFixture pds)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replicas_that_start_together_have_one_key()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        var servers = await Task.WhenAll(pds.StartServerAsync(database: database), pds.StartServerAsync(database: database));
        await using var one = servers[0];
        await using var other = servers[1];

        Assert.Single(Ring(one).Keys);
        Assert.Equal(Ring(one).Current.Kid, Ring(other).Current.Kid);
    }

    [Fact]
    public async Task A_new_key_is_known_to_all_replicas_before_it_signs_and_the_old_one_stays_as_long_as_its_tokens()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var one = await pds.StartServerAsync(time: time, database: database);
        await using var other = await pds.StartServerAsync(time: time, database: database);
        var old = Ring(one).Current.Kid;

        await Ring(one).RotateAsync(CancellationToken);
        await Ring(one).RotateAsync(CancellationToken);

        var next = Ring(one).Keys[0].Kid;
        Assert.Equal(2, Ring(one).Keys.Count);
        Assert.Equal(old, Ring(one).Current.Kid);
        await Eventually.TrueAsync(() => Task.FromResult(Ring(other).Find(next) is not null));
        time.Advance(KeyRing.Ahead);
        Assert.Equal([next, next], [Ring(one).Current.Kid, Ring(other).Current.Kid]);
        Assert.NotNull(Ring(other).Find(old));
        time.Advance(KeyRing.Overlap + TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(Ring(other).Find(old) is null);
        });
    }

    [Fact]
    public async Task Keys_are_renewed_on_schedule()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await pds.StartServerAsync(time: time);

        time.Advance(KeyRing.Period);

        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(Ring(server).Keys.Count == 2);
        });
    }

    [Fact]
    public async Task A_copy_of_the_database_opens_no_key_without_the_secret_of_the_operator()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        string kid;
        await using (var server = await pds.StartServerAsync(database: database))
        {
            kid = Ring(server).Current.Kid;
        }

        await using var thief = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_JWT_SECRET"] = "another one" }, database: database);

        Assert.Null(Ring(thief).Find(kid));
        Assert.NotEqual(kid, Ring(thief).Current.Kid);
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("SELECT string_agg(xml, '') FROM auth.data_protection_key");
        var xml = (string)(await command.ExecuteScalarAsync(CancellationToken))!;
        Assert.DoesNotContain("masterKey", xml, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("encrypted", xml, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_a_key_is_its_thumbprint()
    {
        var key = SigningKey.Generate(default, default);

        var expected = key.ToJwk().ComputeJwkThumbprint();

        Assert.Equal(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(expected), key.Kid);
        Assert.True(key.PublicKey.Verify(Encoding.UTF8.GetBytes("x"), key.Key.Sign(Encoding.UTF8.GetBytes("x"))));
    }

    private static KeyRing Ring(PdsServer server) => server.Services.GetRequiredService<KeyRing>();
}
