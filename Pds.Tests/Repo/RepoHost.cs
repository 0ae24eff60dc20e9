using System.Text.Json;
using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pds.Modules.Repo;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Keys;
using Pds.Postgres;
using Pds.Tests.Support;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Tests.Repo;

/// <summary>The Repo module in a host of its own: one process of those that share a database.</summary>
internal sealed class RepoHost : IAsyncDisposable
{
    private static int _accounts;

    private readonly IHost _host;

    private RepoHost(IHost host) => _host = host;

    public RepoWriter Writer => Get<RepoWriter>();

    public RecordPreparer Preparer => Get<RecordPreparer>();

    public RepoLifecycle Lifecycle => Get<RepoLifecycle>();

    public EventRing Ring => Get<EventRing>();

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    /// <summary>Makes a database with the module's tables and tells how to reach it.</summary>
    public static async Task<string> CreateDatabaseAsync(TestServices services)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var connection = await services.CreateDatabaseAsync(cancellationToken);
        var module = typeof(RepoModule).Assembly;
        await using var database = NpgsqlDataSource.Create(connection);
        foreach (var name in module.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order())
        {
            using var reader = new StreamReader(module.GetManifestResourceStream(name)!);
            await using var command = database.CreateCommand(await reader.ReadToEndAsync(cancellationToken));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return connection;
    }

    public static async Task<RepoHost> StartAsync(TestServices services, string connection)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"] = new string('1', 64);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new ServiceOptions());
        builder.Services.AddSingleton<OutgoingHttp>();
        builder.Services.AddNpgsqlDataSource(connection);
        builder.Services.AddSingleton(
            provider => new SharedReads(provider.GetRequiredService<NpgsqlDataSource>(), lanes: 2, TimeSpan.FromSeconds(15)));
        builder.Services.AddSingleton(await services.ConnectRedisAsync());
        builder.AddRepo();

        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new RepoHost(host);
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public Task<Did> CreateAccountAsync() => CreateAccountAsync(AccountStatus.Active);

    public async Task<Did> CreateAccountAsync(AccountStatus status = AccountStatus.Active, Did? did = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var number = Interlocked.Increment(ref _accounts);
        did ??= Did.Parse($"did:web:account{number}.test");
        var key = await Get<SigningKeys>().ReserveAsync(null, cancellationToken);
        await Lifecycle.CreateAsync(did.Value, key, Handle.Parse($"account{number}.test"), status, cancellationToken);
        return did.Value;
    }

    public PreparedWrite Prepare(
        WriteAction action, string collection, string rkey, string json = "{}", SwapRecord? swap = null)
    {
        using var document = JsonDocument.Parse(json);
        return Preparer.Prepare(
            action, Nsid.Parse(collection), RecordKey.Parse(rkey), document.RootElement, validate: null, swap);
    }

    public Task<CommitResult?> ApplyAsync(Did did, params PreparedWrite[] writes) =>
        Writer.ApplyAsync(did, writes, swapCommit: null, replacesLinked: false, TestContext.Current.CancellationToken);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task<List<string>> ListAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
