using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pds.LocalServices;
using Pds.ServiceDefaults;
using Pds.Web;
using Wolverine;

namespace Pds.Tests.Support;

/// <summary>
/// The server under test: the real host, in this process, on a port of its own. <c>PDS_TEST_REPLICAS=3</c> makes it three on one
/// database behind a <see cref="Balancer"/>, which every client then goes through.
/// </summary>
public sealed class PdsServer : IAsyncDisposable
{
    /// <summary>For <c>Authorization: Basic</c> with user <c>admin</c>.</summary>
    public const string AdminPassword = "the administrator of the tests";

    /// <summary>Signs the PLC operations of every server under test.</summary>
    public const string RotationKey = "5555555555555555555555555555555555555555555555555555555555555555";

    private const string JwtSecret = "a secret that is only for tests, and long enough";
    private const string DpopSecret = "7777777777777777777777777777777777777777777777777777777777777777";

    private static readonly int UsualReplicas =
        int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_REPLICAS"), CultureInfo.InvariantCulture, out var count) ? count : 1;

    private readonly WebApplication[] _replicas;
    private readonly Balancer? _balancer;

    private PdsServer(WebApplication[] replicas, IReadOnlyList<Uri> urls, Balancer? balancer, Uri url, Uri plcUrl)
    {
        (_replicas, Replicas, _balancer) = (replicas, urls, balancer);
        Url = url;
        PlcUrl = plcUrl;
        Xrpc = new XrpcClient(TestHttp.Create(url));
    }

    public Uri Url { get; }

    /// <summary>The addresses of the servers themselves: of one, where there are no replicas.</summary>
    public IReadOnlyList<Uri> Replicas { get; }

    /// <summary>The PLC directory that the server was started with.</summary>
    public Uri PlcUrl { get; }

    /// <summary>Calls methods without credentials.</summary>
    public XrpcClient Xrpc { get; }

    /// <summary>The server's own services, for what cannot be seen from outside; of several replicas, the first one's.</summary>
    public IServiceProvider Services => _replicas[0].Services;

    /// <summary>Starts a server.</summary>
    /// <param name="database">The connection string; two servers on one database are replicas.</param>
    /// <param name="settings">Variables, such as <c>PDS_INVITE_REQUIRED</c>; they win over the defaults of the tests, and an empty one takes a default away.</param>
    /// <param name="time">The clock; the real one when null.</param>
    /// <param name="configureServices">The last word on the server's services, such as clients that find names here.</param>
    /// <param name="replicas">1 where a test looks into the one process that answers it; what is asked for by the run when null.</param>
    public static async Task<PdsServer> StartAsync(
        string database,
        string redis,
        Uri plc,
        IReadOnlyDictionary<string, string>? settings = null,
        TimeProvider? time = null,
        int? port = null,
        Action<IServiceCollection>? configureServices = null,
        int? replicas = null)
    {
        port ??= LoopbackPort.Free();
        KnownSecrets.Note("PDS_ADMIN_PASSWORD", AdminPassword);
        KnownSecrets.Note("PDS_PLC_ROTATION_KEY", RotationKey);
        KnownSecrets.Note("PDS_JWT_SECRET", JwtSecret);
        KnownSecrets.Note("PDS_DPOP_SECRET", DpopSecret);
        var variables = Variables(database, redis, plc, port.Value);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            variables[name] = value;
            if (value.Length == 0)
            {
                variables.Remove(name);
            }
        }

        var url = UrlOf(port.Value);
        if ((replicas ?? UsualReplicas) is var count and > 1)
        {
            var urls = Enumerable.Range(0, count).Select(_ => UrlOf(LoopbackPort.Free())).ToArray();
            var apps = new List<WebApplication>();
            foreach (var own in urls)
            {
                variables["urls"] = own.ToString();
                apps.Add(await StartAsync(variables, time, configureServices));
            }

            return new PdsServer([.. apps], urls, await Balancer.StartAsync(urls, port), url, plc);
        }

        return new PdsServer([await StartAsync(variables, time, configureServices)], [url], null, url, plc);
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
        if (_balancer is not null)
        {
            await _balancer.DisposeAsync();
        }

        foreach (var app in _replicas)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

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
        ["PDS_JWT_SECRET"] = JwtSecret,
        ["PDS_DPOP_SECRET"] = DpopSecret,
        ["PDS_ADMIN_PASSWORD"] = AdminPassword,
        ["PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"] = RotationKey,
        ["PDS_BLOBSTORE_DISK_LOCATION"] = BlobFolder(port),
        ["PDS_RECORD_SCHEMA_WAIT_MS"] = "0",
    };

    private static async Task<WebApplication> StartAsync(
        Dictionary<string, string> variables, TimeProvider? time, Action<IServiceCollection>? configureServices)
    {
        var app = PdsApplication.Create(
            [.. variables.Select(variable => $"--{variable.Key}={variable.Value}")],
            builder =>
            {
                RunLog.Listen(builder.Logging);
                if (time is not null)
                {
                    builder.Services.AddSingleton(time);
                }

                configureServices?.Invoke(builder.Services);
            });
        await app.MigrateAsync();
        await app.StartAsync();
        return app;
    }

    private static Uri UrlOf(int port) => new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");

    internal static string BlobFolder(int port) => Path.Combine(Path.GetTempPath(), $"pds-blobs-of-tests-{port}");
}
