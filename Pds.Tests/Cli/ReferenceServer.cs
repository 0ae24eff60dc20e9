using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Pds.Cli.Commands;
using Pds.Tests.Support;
using Spectre.Console;

namespace Pds.Tests.Cli;

/// <summary>The data folder of <c>Vectors/reference-server</c>, and a server that has a database for it.</summary>
internal sealed class ReferenceServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pds-reference-");
    private readonly string _database;
    private readonly Uri _plc;

    private ReferenceServer(string database, Uri plc)
    {
        (_database, _plc) = (database, plc);
        ZipFile.ExtractToDirectory(Path.Combine(AppContext.BaseDirectory, "Vectors", "reference-server", "data.zip"), Data);
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Data, "expected.json")));
        Expected = expected.RootElement.Clone();
        Time = new FakeTimeProvider(Expected.GetProperty("madeAt").GetDateTimeOffset() + TimeSpan.FromMinutes(1));
    }

    public string Data => Path.Combine(_folder.FullName, "reference");

    /// <summary>What the reference knew and served.</summary>
    public JsonElement Expected { get; }

    /// <summary>The clock at the time of the change.</summary>
    public FakeTimeProvider Time { get; }

    public static async Task<ReferenceServer> CreateAsync(PdsFixture pds) =>
        new(await PdsFixture.CreateDatabaseAsync(), await pds.GetPlcUrlAsync());

    public JsonElement Account(string name) => Expected.GetProperty("accounts").GetProperty(name);

    /// <summary>What the reference exported of an account.</summary>
    public byte[] Car(string name) => File.ReadAllBytes(Path.Combine(Data, Account(name).GetProperty("car").GetString()!));

    /// <summary>Runs <c>pds import-reference</c>; gives its exit code and what it said.</summary>
    public async Task<(int Code, string Output)> ImportAsync(params string[] options)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output),
        });
        string[] command = ["import-reference", Data, .. options, .. Settings().Select(setting => $"--{setting.Key}={setting.Value}")];
        var code = await CommandTree.Parse(command, console)
            .InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }

    /// <summary>Starts our server where the reference was.</summary>
    public Task<PdsServer> StartAsync() =>
        PdsServer.StartAsync(_database, TestServices.Shared.Redis, _plc, Settings(), Time);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["environment"] = "Production",
        ["ConnectionStrings:pdsdb"] = _database,
        ["ConnectionStrings:redis"] = TestServices.Shared.Redis,
        ["PDS_HOSTNAME"] = "localhost",
        ["PDS_PORT"] = $"{new Uri(Expected.GetProperty("publicUrl").GetString()!).Port}",
        ["PDS_DEV_MODE"] = "true",
        ["PDS_DID_PLC_URL"] = _plc.ToString(),
        ["PDS_JWT_SECRET"] = "the secret of the reference",
        ["PDS_DPOP_SECRET"] = new('7', 64),
        ["PDS_ADMIN_PASSWORD"] = PdsServer.AdminPassword,
        ["PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"] = PdsServer.RotationKey,
        ["PDS_BLOBSTORE_DISK_LOCATION"] = Path.Combine(_folder.FullName, "blobs"),
        ["PDS_BSKY_APP_VIEW_URL"] = "http://localhost:1",
        ["PDS_BSKY_APP_VIEW_DID"] = "did:web:localhost",
    };
}
