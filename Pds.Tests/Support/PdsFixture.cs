using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pds.DevPlc;
using Pds.LocalServices;
using Pds.Tests.Support;

[assembly: AssemblyFixture(typeof(PdsFixture))]

namespace Pds.Tests.Support;

/// <summary>
/// The world of the tests: Postgres, Redis, a PLC directory and one server, started by the first test that needs them and
/// shared by all. Every test makes its own accounts; one that needs other settings or another clock starts its own server.
/// </summary>
public sealed class PdsFixture : IAsyncLifetime
{
    private readonly int _port = LoopbackPort.Free();
    private readonly Lazy<Task<World>> _world;

    public PdsFixture()
    {
        _world = new Lazy<Task<World>>(() => World.StartAsync(_port));
        var http = new HttpClient(new StartFirst(() => _world.Value), disposeHandler: true) { BaseAddress = Url };
        Xrpc = new XrpcClient(http);
    }

    /// <summary>The shared server's address.</summary>
    public Uri Url => new($"http://127.0.0.1:{_port}");

    /// <summary>Calls methods of the shared server without credentials.</summary>
    public XrpcClient Xrpc { get; }

    /// <summary>The shared server.</summary>
    public async Task<PdsServer> GetServerAsync() => (await _world.Value).Server;

    /// <summary>The address of the PLC directory.</summary>
    public async Task<Uri> GetPlcUrlAsync() => (await _world.Value).PlcUrl;

    /// <summary>Signs a new account up on the shared server.</summary>
    /// <param name="handle">A handle under <c>.test</c>; a new one when null.</param>
    public async Task<TestAccount> CreateAccountAsync(string? handle = null) =>
        await TestAccount.CreateAsync(await GetServerAsync(), handle);

    /// <summary>Starts another server, with a database of its own unless one is given.</summary>
    public async Task<PdsServer> StartServerAsync(
        IReadOnlyDictionary<string, string>? settings = null,
        TimeProvider? time = null,
        string? database = null,
        Action<IServiceCollection>? configureServices = null,
        int? replicas = null)
    {
        var world = await _world.Value;
        return await PdsServer.StartAsync(
            database ?? await CreateDatabaseAsync(),
            TestServices.Shared.Redis,
            world.PlcUrl,
            settings,
            time,
            configureServices: configureServices,
            replicas: replicas);
    }

    /// <summary>Makes an empty database and returns how to connect to it.</summary>
    public static Task<string> CreateDatabaseAsync() => TestServices.Shared.CreateDatabaseAsync(CancellationToken.None);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        Xrpc.Http.Dispose();
        if (_world.IsValueCreated)
        {
            await (await _world.Value).DisposeAsync();
        }

        // The last word of every run: nothing that was told in confidence stands in a log, of the witnesses' requests either.
        Assert.Empty(KnownSecrets.FindIn(RunLog.Lines));
    }

    private sealed record World(WebApplication Plc, Uri PlcUrl, PdsServer Server) : IAsyncDisposable
    {
        public static async Task<World> StartAsync(int port)
        {
            var plcUrl = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
            var plc = DevPlcApplication.Create([$"--urls={plcUrl}", "--Logging:LogLevel:Default=Warning"]);
            await plc.StartAsync();
            var server = await PdsServer.StartAsync(
                await CreateDatabaseAsync(), TestServices.Shared.Redis, plcUrl, port: port);
            return new World(plc, plcUrl, server);
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await Plc.DisposeAsync();
        }
    }

    /// <summary>Starts the world with the first request.</summary>
    private sealed class StartFirst(Func<Task> start) : DelegatingHandler(
        new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await start();
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
