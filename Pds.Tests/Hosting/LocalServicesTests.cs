using System.Diagnostics;
using Npgsql;
using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Hosting;

public sealed class LocalServicesTests(TestServices services)
{
    [Fact]
    public async Task Postgres_comes_back_after_it_was_killed_and_after_its_owner_was()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = Path.Combine(Path.GetTempPath(), $"pds-recovery-{Guid.NewGuid():N}");
        var first = await PostgresServer.StartAsync(folder, ["fsync=off"], cancellationToken);
        await ExecuteAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)", cancellationToken);

        // Killed, with its pid file left behind.
        Process.GetProcessById(first.ProcessId).Kill(entireProcessTree: true);
        var second = await PostgresServer.StartAsync(folder, ["fsync=off"], cancellationToken);
        var afterKill = await ExecuteAsync(second, "SELECT n FROM kept", cancellationToken);

        // Still running, though nobody holds it any more.
        await using var third = await PostgresServer.StartAsync(folder, ["fsync=off"], cancellationToken);
        var afterOwner = await ExecuteAsync(third, "SELECT n FROM kept", cancellationToken);

        Assert.Equal((42, 42), (afterKill, afterOwner));
        await third.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_cache_speaks_the_protocol()
    {
        await using var redis = await services.ConnectRedisAsync();
        var key = Guid.NewGuid().ToString("N");

        var first = await redis.GetDatabase().StringSetAsync(key, 1, TimeSpan.FromMinutes(1), StackExchange.Redis.When.NotExists);
        var second = await redis.GetDatabase().StringSetAsync(key, 2, TimeSpan.FromMinutes(1), StackExchange.Redis.When.NotExists);

        Assert.True(first);
        Assert.False(second);
    }

    private static async Task<object?> ExecuteAsync(PostgresServer server, string sql, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString("postgres"));
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
