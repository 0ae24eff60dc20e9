using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>Three servers on one database, one cache and one folder of blobs, behind a balancer.</summary>
public sealed class ReplicaFixture(PdsFixture pds) : IAsyncLifetime
{
    public const int Count = 3;

    private static readonly Dictionary<string, string> Settings = new() { ["PDS_RATE_LIMITS_ENABLED"] = "true" };

    private PdsServer? _server;

    /// <summary>All of them, through the balancer.</summary>
    public PdsServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await pds.StartServerAsync(Settings, replicas: Count);

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}
