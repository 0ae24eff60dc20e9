using System.Diagnostics;
using System.Globalization;
using Pds.LocalServices;

namespace Pds.AppHost.Local;

/// <summary>
/// Everything of <c>AppHost.cs</c> without containers: Postgres in a private cluster, the cache inside this process, the PLC
/// directory and the server as child processes, which are told exactly what Aspire would tell them.
/// </summary>
internal sealed class LocalHost(DataFolder folder) : IAsyncDisposable
{
    private const string Web = "Pds.Web";
    private const string Plc = "Pds.DevPlc";

    private readonly LocalSettings _settings = folder.Settings;
    private readonly List<(string Name, Task Ended)> _running = [];
    private Children? _children;
    private PostgresServer? _postgres;
    private GarnetCache? _cache;
    private Process? _plc;
    private Process? _web;

    /// <summary>Returns once the server is healthy.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        RunFile.Delete(folder);
        _children = await Children.OpenAsync(folder.PathOf("processes"));
        if (!LoopbackPort.IsFree(_settings.Port))
        {
            throw new LocalServiceException($"Port {_settings.Port} is taken. Stop what listens there, or choose another with PDS_PORT.");
        }

        var secrets = Secrets.ReadOrCreate(folder.PathOf("secrets.env"));
        var dashboard = Dashboard.Find();
        var plcUrl = StartPlc();
        var cache = StartCacheAsync();
        var (database, redis) = (await StartDatabaseAsync(cancellationToken), await cache);
        StartWeb(database, redis, plcUrl, secrets, dashboard);

        await HealthProbe.WaitAsync(Web, new Uri(PublicUrl, "health"), _web!, cancellationToken);

        // Not before: it takes as long to start as all the rest.
        dashboard?.Start(_children);
        RunFile.Write(folder, PublicUrl, plcUrl, Own("PDS_ADMIN_PASSWORD") ?? secrets["PDS_ADMIN_PASSWORD"], _web!.Id, _plc!.Id, _postgres?.ProcessId);
        Announcement.Write(_settings, PublicUrl, plcUrl, dashboard, database, redis, TimeProvider.System.GetElapsedTime(begun));
    }

    /// <summary>Returns when it is to stop, or when one of its parts has ended.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var stop = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        var first = await Task.WhenAny([stop, .. _running.Select(part => part.Ended)]);
        if (first == stop || cancellationToken.IsCancellationRequested)
        {
            return 0;
        }

        await Console.Error.WriteLineAsync($"{_running.First(part => part.Ended == first).Name} has ended, and everything with it.");
        return 1;
    }

    public async ValueTask DisposeAsync()
    {
        RunFile.Delete(folder);
        if (_children is not null)
        {
            await _children.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _cache?.Dispose();
    }

    private Uri PublicUrl => new($"http://localhost:{_settings.Port.ToString(CultureInfo.InvariantCulture)}");

    private static string? Own(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : null;

    private async Task<string> StartDatabaseAsync(CancellationToken cancellationToken)
    {
        if (Own("ConnectionStrings__pdsdb") is { } own)
        {
            return own;
        }

        _postgres = await PostgresServer.StartAsync(folder.PathOf("postgres"), [], cancellationToken);
        _children!.Ward = _postgres.ProcessId;
        _running.Add(("Postgres", Process.GetProcessById(_postgres.ProcessId!.Value).WaitForExitAsync(CancellationToken.None)));
        return await _postgres.CreateDatabaseAsync("pdsdb", cancellationToken);
    }

    private async Task<string> StartCacheAsync() =>
        Own("ConnectionStrings__redis") ?? (_cache = await Task.Run(GarnetCache.Start)).ConnectionString;

    // Below the server's port, so that runs side by side do not reach for the same one: 2582 where nothing else is said.
    private Uri StartPlc()
    {
        var url = new Uri($"http://localhost:{LoopbackPort.Prefer(_settings.Port - 1).ToString(CultureInfo.InvariantCulture)}");
        _plc = StartProject(Plc, new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = url.ToString(),
            ["PLC_DATA_FILE"] = folder.PathOf("plc.jsonl"),
        });
        return url;
    }

    private void StartWeb(
        string database, string redis, Uri plc, Dictionary<string, string> secrets, Dashboard? dashboard)
    {
        var environment = dashboard?.Telemetry("pds-web") ?? [];
        environment["ASPNETCORE_ENVIRONMENT"] = Own("ASPNETCORE_ENVIRONMENT") ?? "Development";
        environment["ASPNETCORE_URLS"] = PublicUrl.ToString();
        environment["ConnectionStrings__pdsdb"] = database;
        environment["ConnectionStrings__redis"] = redis;
        environment["PDS_PORT"] = _settings.Port.ToString(CultureInfo.InvariantCulture);
        environment["PDS_DATA_DIRECTORY"] = _settings.DataFolder;
        foreach (var (name, value) in secrets.Concat(
        [
            new("PDS_HOSTNAME", "localhost"),
            new("PDS_DEV_MODE", "true"),
            new("PDS_DID_PLC_URL", plc.ToString()),
            new("PDS_SERVICE_HANDLE_DOMAINS", ".test"),
            new("PDS_INVITE_REQUIRED", "false"),
        ]))
        {
            // What the developer set for this run goes before what development usually wants.
            environment[name] = Own(name) ?? value;
        }

        _web = StartProject(Web, environment);
    }

    private Process StartProject(string name, Dictionary<string, string?> environment)
    {
        // The announcement says it for all of them.
        environment["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Warning";
        var process = _children!.StartProject(_settings.Solution, name, environment);
        _running.Add((name, process.WaitForExitAsync(CancellationToken.None)));
        return process;
    }
}
