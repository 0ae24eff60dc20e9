using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.LocalServices;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Operation;

/// <summary>Who asks whether a server lives is told something else than who asks whether to send requests to it.</summary>
public sealed class HealthTests(PdsFixture pds)
{
    private const long LockOfMigrations = 0x5044_5320_4D49_4752;

    [Fact]
    public async Task Without_the_database_a_server_lives_and_is_not_ready()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        var before = await AskAsync(server);

        await TestServices.Shared.DropDatabaseAsync(database, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), before);
        await Eventually.TrueAsync(async () => await AskAsync(server) == (HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable));
    }

    [Fact]
    public async Task A_server_that_is_to_stop_still_answers_and_is_no_longer_ready()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_DRAIN_MS"] = "300000" });
        using var patience = new CancellationTokenSource();
        var stop = server.Services.GetRequiredService<Drain>().StoppingAsync(patience.Token);

        await Eventually.TrueAsync(async () => await AskAsync(server) == (HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable));
        (await server.Xrpc.QueryAsync("com.atproto.server.describeServer")).Ok();

        Assert.False(stop.IsCompleted);
        await patience.CancelAsync();
        await stop;
    }

    [Fact]
    public async Task A_server_that_waits_to_migrate_takes_no_requests()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync(cancellationToken);
        await ExecuteAsync(other, $"SELECT pg_advisory_lock({LockOfMigrations})");
        var port = LoopbackPort.Free();
        var start = PdsServer.StartAsync(database, TestServices.Shared.Redis, await pds.GetPlcUrlAsync(), port: port);
        await Eventually.TrueAsync(async () => (long?)await ExecuteAsync(
            other,
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """) == 1);

        using var http = TestHttp.Create(new Uri($"http://127.0.0.1:{port}"));
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/ready", cancellationToken));
        await ExecuteAsync(other, "SELECT pg_advisory_unlock_all()");

        await using var server = await start;
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), await AskAsync(server));
    }

    private static async Task<(HttpStatusCode Alive, HttpStatusCode Ready)> AskAsync(PdsServer server)
    {
        using var alive = await server.Xrpc.Http.GetAsync("/alive", TestContext.Current.CancellationToken);
        using var ready = await server.Xrpc.Http.GetAsync("/ready", TestContext.Current.CancellationToken);
        return (alive.StatusCode, ready.StatusCode);
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
