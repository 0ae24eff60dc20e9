using Microsoft.Extensions.Time.Testing;
using Pds.Tests.Support;

namespace Pds.Tests.Identity;

/// <summary>Handles of elsewhere, looked up once for all replicas.</summary>
public sealed class HandleCacheTests(PdsFixture pds)
{
    private const string First = "did:web:first.example.com";
    private const string Second = "did:web:second.example.com";

    private readonly string _handle = TestAccount.NewHandle().Replace(".test", ".invalid-domain.dev", StringComparison.Ordinal);

    [Fact]
    public async Task A_handle_is_kept_for_all_replicas_then_looked_up_behind_the_answer()
    {
        await using var dns = new TestDns();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var settings = new Dictionary<string, string> { ["PDS_HANDLE_BACKUP_NAMESERVERS"] = dns.Address };
        await using var one = await pds.StartServerAsync(settings, time);
        await using var two = await pds.StartServerAsync(settings, time);
        dns.Texts[$"_atproto.{_handle}"] = [[$"did={First}"]];
        var found = await ResolveAsync(one);

        dns.Texts[$"_atproto.{_handle}"] = [[$"did={Second}"]];
        var kept = await ResolveAsync(two);
        time.Advance(TimeSpan.FromMinutes(6));
        var stale = await ResolveAsync(two);

        Assert.Equal((First, First, First), (found, kept, stale));
        await Eventually.TrueAsync(async () => await ResolveAsync(one) == Second);
    }

    [Fact]
    public async Task A_handle_that_was_seen_long_ago_is_not_believed()
    {
        await using var dns = new TestDns();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_HANDLE_BACKUP_NAMESERVERS"] = dns.Address }, time);
        dns.Texts[$"_atproto.{_handle}"] = [[$"did={First}"]];
        await ResolveAsync(server);

        dns.Texts.Clear();
        time.Advance(TimeSpan.FromMinutes(61));

        Assert.Null(await ResolveAsync(server));
    }

    private async Task<string?> ResolveAsync(PdsServer server)
    {
        var reply = await server.Xrpc.QueryAsync("com.atproto.identity.resolveHandle", ("handle", _handle));
        return reply.Status == 200 ? reply.Json.GetProperty("did").GetString() : null;
    }
}
