using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pds.LocalServices;

namespace Pds.Tests.Hosting;

public sealed class PostgresServerTests : IDisposable
{
    private static readonly string[] Settings = ["fsync=off"];

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"pds-postgres-{Guid.NewGuid():N}");
    private readonly CancellationToken _cancellationToken = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Comes_back_with_all_data_after_it_was_killed_and_after_its_owner_was()
    {
        var first = await StartAsync();
        await QueryAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");

        // Killed, with its pid file left behind.
        Process.GetProcessById(first.ProcessId!.Value).Kill(entireProcessTree: true);
        var second = await StartAsync();
        var afterKill = await QueryAsync(second, "SELECT n FROM kept");

        // Still running, though nobody holds it any more.
        await using var third = await StartAsync();
        var afterOwner = await QueryAsync(third, "SELECT n FROM kept");

        Assert.Equal((42, 42), (afterKill, afterOwner));
        Assert.NotEqual(second.Port, third.Port);
    }

    [Fact]
    public async Task Starts_beside_a_stranger_that_was_given_the_number_of_a_killed_server()
    {
        var first = await StartAsync();
        var note = Assert.Single(Directory.GetFiles(_folder, "postmaster.pid", SearchOption.AllDirectories));
        var lines = await File.ReadAllLinesAsync(note, _cancellationToken);
        await first.StopAsync();
        lines[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(note, lines, _cancellationToken);

        await using var second = await StartAsync();

        Assert.Equal(1, await QueryAsync(second, "SELECT 1"));
    }

    [Fact]
    public async Task Clears_away_what_an_interrupted_first_start_left()
    {
        await using (var first = await StartAsync())
        {
        }

        var cluster = Assert.Single(Directory.GetDirectories(_folder, "pg*"));
        Directory.Move(cluster, $"{cluster}-half");

        await using var second = await StartAsync();

        Assert.Equal([cluster], Directory.GetDirectories(_folder, "pg*"));
        Assert.Equal(1, await QueryAsync(second, "SELECT 1"));
    }

    [Fact]
    public async Task Leaves_a_database_that_is_there_as_it_is()
    {
        await using var server = await StartAsync();
        var connection = await server.CreateDatabaseAsync("some", _cancellationToken);
        await QueryAsync(connection, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");

        var again = await server.CreateDatabaseAsync("some", _cancellationToken);

        Assert.Equal(connection, again);
        Assert.Equal(42, await QueryAsync(again, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task Does_not_begin_anew_beside_the_data_of_another_version()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "pg9"));

        var problem = await Assert.ThrowsAsync<LocalServiceException>(StartAsync);

        Assert.Contains("PostgreSQL 9", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wants_its_password()
    {
        await using var server = await StartAsync();
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")) { Password = "guessed" };

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync(connection.ConnectionString, "SELECT 1"));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<PostgresServer> StartAsync() => PostgresServer.StartAsync(_folder, Settings, _cancellationToken);

    private Task<object?> QueryAsync(PostgresServer server, string sql) => QueryAsync(server.ConnectionString("postgres"), sql);

    private async Task<object?> QueryAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(_cancellationToken);
    }
}
