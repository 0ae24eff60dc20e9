using AtProto;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Pds.Modules.Repo.Commits;

/// <summary>Gives this process's clock its number before anything is served, another than that of any other process.</summary>
internal sealed class ClockIdentity(NpgsqlDataSource database, TidClock clock) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT nextval('repo.clock_id')");
        clock.Identify((int)(long)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
