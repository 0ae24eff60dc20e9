using Pds.Tests.Support;

namespace Pds.Tests.Cli;

/// <summary>A reference server that was taken over, and ours in its place. Tests that share it change no more than their own account.</summary>
public sealed class ImportedReference(PdsFixture pds) : IAsyncLifetime
{
    private readonly Lazy<Task<(ReferenceServer Reference, PdsServer Server)>> _started = new(() => StartAsync(pds));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            var (reference, server) = await _started.Value;
            await server.DisposeAsync();
            await reference.DisposeAsync();
        }
    }

    internal Task<(ReferenceServer Reference, PdsServer Server)> GetAsync() => _started.Value;

    private static async Task<(ReferenceServer Reference, PdsServer Server)> StartAsync(PdsFixture pds)
    {
        var reference = await ReferenceServer.CreateAsync(pds);
        var (code, output) = await reference.ImportAsync();
        Assert.True(code == 0, output);
        return (reference, await reference.StartAsync());
    }
}
