using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Pds.LocalServices;

namespace Pds.Tests.Support;

/// <summary>The server as a process of its own, on one port for as long as it is started again.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 60;

    // The runtime that runs the tests, which need not be one that a shell would find.
    private static readonly string Dotnet = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private readonly int _port = LoopbackPort.Free();
    private readonly Dictionary<string, string> _variables;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly HttpClient _http;
    private Process? _process;
    private Process? _guard;
    private Task _up = Task.CompletedTask;

    /// <param name="settings">Variables of the server; they win over the defaults of the tests.</param>
    public ServerProcess(string database, string redis, Uri plc, IReadOnlyDictionary<string, string> settings)
    {
        _variables = PdsServer.Variables(database, redis, plc, _port);
        foreach (var (name, value) in settings)
        {
            _variables[name] = value;
        }

        _http = TestHttp.Create(Url);
        Xrpc = new XrpcClient(_http);
    }

    public Uri Url => new($"http://127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Calls methods without credentials.</summary>
    public XrpcClient Xrpc { get; }

    public bool HasExited => _process!.HasExited;

    /// <summary>What it has said lately.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts it, and returns when it answers.</summary>
    public Task StartAsync() => _up = RunAsync();

    /// <summary>Ends it without a word, as <c>kill -9</c> does, and starts it again; returns when it answers.</summary>
    public Task KillAndStartAsync()
    {
        var kill = KillAsync();
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
        await KillAsync();
        if (Directory.Exists(PdsServer.BlobFolder(_port)))
        {
            Directory.Delete(PdsServer.BlobFolder(_port), recursive: true);
        }
    }

    private async Task RunAsync()
    {
        var start = new ProcessStartInfo(Dotnet, [Path.Combine(AppContext.BaseDirectory, "Pds.Web.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _variables)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _guard = StartGuard(_process.Id);
        await Eventually.TrueAsync(IsUpAsync);
    }

    private async Task KillAsync()
    {
        EndGuard();
        _process!.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
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

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
            while (_output.Count > KeptLines)
            {
                _output.TryDequeue(out _);
            }
        }
    }

    // A shell at the other end of a pipe, which ends the server should these tests be killed themselves.
    private static Process? StartGuard(int id) => OperatingSystem.IsWindows()
        ? null
        : Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read -r _; kill -9 $1", "sh", id.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
        });

    private void EndGuard()
    {
        _guard?.Kill();
        _guard?.Dispose();
        _guard = null;
    }
}
