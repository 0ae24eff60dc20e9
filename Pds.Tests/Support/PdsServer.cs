using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pds.LocalServices;
using Pds.ServiceDefaults;
using Pds.Web;
using Wolverine;

namespace Pds.Tests.Support;

/// <summary>The server under test: the real host, in this process, on a port of its own.</summary>
public sealed class PdsServer : IAsyncDisposable
{
    /// <summary>For <c>Authorization: Basic</c> with user <c>admin</c>.</summary>
    public const string AdminPassword = "the administrator of the tests";

    /// <summary>Signs the PLC operations of every server under test.</summary>
    public const string RotationKey = "5555555555555555555555555555555555555555555555555555555555555555";

    private readonly WebApplication _app;

    private PdsServer(WebApplication app, Uri url, Uri plcUrl)
    {
        _app = app;
        Url = url;
        PlcUrl = plcUrl;
        Xrpc = new XrpcClient(TestHttp.Create(url));
    }

    public Uri Url { get; }

    /// <summary>The PLC directory that the server was started with.</summary>
    public Uri PlcUrl { get; }

    /// <summary>Calls methods without credentials.</summary>
    public XrpcClient Xrpc { get; }

    /// <summary>The server's own services, for what cannot be seen from outside.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server.</summary>
    /// <param name="database">The connection string; two servers on one database are replicas.</param>
    /// <param name="settings">Variables, such as <c>PDS_INVITE_REQUIRED</c>; they win over the defaults of the tests, and an empty one takes a default away.</param>
    /// <param name="time">The clock; the real one when null.</param>
    /// <param name="configureServices">The last word on the server's services, such as clients that find names here.</param>
    public static async Task<PdsServer> StartAsync(
        string database,
        string redis,
        Uri plc,
        IReadOnlyDictionary<string, string>? settings = null,
        TimeProvider? time = null,
        int? port = null,
        Action<IServiceCollection>? configureServices = null)
    {
        port ??= LoopbackPort.Free();
        var variables = Variables(database, redis, plc, port.Value);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            variables[name] = value;
            if (value.Length == 0)
            {
                variables.Remove(name);
            }
        }

        var app = PdsApplication.Create(
            [.. variables.Select(variable => $"--{variable.Key}={variable.Value}")],
            builder =>
            {
                if (time is not null)
                {
                    builder.Services.AddSingleton(time);
                }

                configureServices?.Invoke(builder.Services);
            });
        await app.MigrateAsync();
        await app.StartAsync();
        return new PdsServer(app, new Uri($"http://127.0.0.1:{port}"), plc);
    }

    /// <summary>Sends a message as another module would.</summary>
    public async Task<T> InvokeAsync<T>(object message)
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMessageBus>()
            .InvokeAsync<T>(message, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a message that has no answer.</summary>
    public async Task InvokeAsync(object message)
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(message, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Xrpc.Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (Directory.Exists(BlobFolder(Url.Port)))
        {
            Directory.Delete(BlobFolder(Url.Port), recursive: true);
        }
    }

    /// <summary>What every server under test is started with.</summary>
    internal static Dictionary<string, string> Variables(string database, string redis, Uri plc, int port) => new()
    {
        ["environment"] = "Production",
        ["LOG_LEVEL"] = "warn",
        ["urls"] = $"http://127.0.0.1:{port}",
        ["ConnectionStrings:pdsdb"] = database,
        ["ConnectionStrings:redis"] = redis,
        ["PDS_HOSTNAME"] = "localhost",
        ["PDS_PORT"] = $"{port}",
        ["PDS_DEV_MODE"] = "true",
        ["PDS_DID_PLC_URL"] = plc.ToString(),
        ["PDS_INVITE_REQUIRED"] = "false",
        ["PDS_JWT_SECRET"] = "a secret that is only for tests, and long enough",
        ["PDS_DPOP_SECRET"] = new('7', 64),
        ["PDS_ADMIN_PASSWORD"] = AdminPassword,
        ["PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"] = RotationKey,
        ["PDS_BLOBSTORE_DISK_LOCATION"] = BlobFolder(port),
        ["PDS_RECORD_SCHEMA_WAIT_MS"] = "0",
    };

    internal static string BlobFolder(int port) => Path.Combine(Path.GetTempPath(), $"pds-blobs-of-tests-{port}");
}
