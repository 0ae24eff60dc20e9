using System.Globalization;
using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>Servers as processes on one database and one cache, behind a balancer, to be stopped and killed.</summary>
internal sealed class ReplicaSet : IAsyncDisposable
{
    private readonly string _blobs;

    private ReplicaSet(ServerProcess[] servers, Balancer balancer, string database, string blobs)
    {
        (Servers, Balancer, Database, _blobs) = (servers, balancer, database, blobs);
        Xrpc = new XrpcClient(TestHttp.Create(balancer.Url));
    }

    public IReadOnlyList<ServerProcess> Servers { get; }

    public Balancer Balancer { get; }

    public string Database { get; }

    /// <summary>Calls methods through the balancer, without credentials.</summary>
    public XrpcClient Xrpc { get; }

    /// <summary>Starts them.</summary>
    /// <param name="settings">Variables beside those of all tests.</param>
    public static async Task<ReplicaSet> StartAsync(
        PdsFixture pds, int count, IReadOnlyDictionary<string, string> settings, string? database = null, string? redis = null)
    {
        database ??= await PdsFixture.CreateDatabaseAsync();
        var port = LoopbackPort.Free();
        var blobs = PdsServer.BlobFolder(port);
        var shared = new Dictionary<string, string>(settings)
        {
            ["PDS_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["PDS_BLOBSTORE_DISK_LOCATION"] = blobs,
        };
        var plc = await pds.GetPlcUrlAsync();
        var servers = Enumerable.Range(0, count)
            .Select(_ => new ServerProcess(database, redis ?? TestServices.Shared.Redis, plc, shared)).ToArray();
        var set = new ReplicaSet(servers, await Balancer.StartAsync([.. servers.Select(server => server.Url)], port), database, blobs);
        await Task.WhenAll(servers.Select(server => server.StartAsync()));
        return set;
    }

    public async ValueTask DisposeAsync()
    {
        Xrpc.Http.Dispose();
        await Balancer.DisposeAsync();
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }

        if (Directory.Exists(_blobs))
        {
            Directory.Delete(_blobs, recursive: true);
        }
    }
}
