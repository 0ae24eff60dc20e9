using System.Globalization;
using System.Runtime.InteropServices;
using Pds.LocalServices;

namespace Pds.Tests.Support;

/// <summary>The server as a process of its own, on one port for as long as it is started again.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    // The runtime that runs the tests, which need not be one that a shell would find.
    private static readonly string Dotnet = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private readonly int _port = LoopbackPort.Free();
    private readonly Dictionary<string, string> _environment = [];
    private readonly HttpClient _http;
    private ChildProcess? _process;
    private Task _up = Task.CompletedTask;

    /// <param name="settings">Variables of the server; they win over the defaults of the tests.</param>
    public ServerProcess(string database, string redis, Uri plc, IReadOnlyDictionary<string, string> settings)
    {
        foreach (var (name, value) in PdsServer.Variables(database, redis, plc, _port).Concat(settings))
        {
            _environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _http = TestHttp.Create(Url);
        Xrpc = new XrpcClient(_http);
    }

    public Uri Url => new($"http://127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Calls methods without credentials.</summary>
    public XrpcClient Xrpc { get; }

    public bool HasExited => _process!.HasExited;

    /// <summary>What it has said lately.</summary>
    public string Output => _process!.Output;

    /// <summary>Starts it, and returns when it answers.</summary>
    public Task StartAsync() => _up = RunAsync();

    /// <summary>Tells it to stop, as a rolling upgrade does, and returns when it has.</summary>
    public Task StopAsync() => _process!.StopAsync();

    /// <summary>Ends it without a word, as <c>kill -9</c> does, and starts it again; returns when it answers.</summary>
    public Task KillAndStartAsync()
    {
        var kill = _process!.DisposeAsync();
        return _up = StartAfterAsync();

        async Task StartAfterAsync()
        {
            await kill;
            await RunAsync();
        }
    }

    /// <summary>Returns when the last start has come to its end.</summary>
    public Task UpAsync() => Volatile.Read(ref _up);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (Directory.Exists(PdsServer.BlobFolder(_port)))
        {
            Directory.Delete(PdsServer.BlobFolder(_port), recursive: true);
        }
    }

    private async Task RunAsync()
    {
        _process = ChildProcess.Start(Dotnet, [Path.Combine(AppContext.BaseDirectory, "Pds.Web.dll")], _environment);
        await Eventually.TrueAsync(IsUpAsync);
    }

    private async Task<bool> IsUpAsync()
    {
        Assert.False(_process!.HasExited, Output);
        try
        {
            using var answer = await _http.GetAsync(new Uri("/xrpc/_health", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
