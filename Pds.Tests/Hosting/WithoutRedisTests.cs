using System.Net;
using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Hosting;

public sealed class WithoutRedisTests(PdsFixture pds)
{
    [Fact]
    public async Task A_server_starts_serves_and_is_well_while_Redis_is_away()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await PdsServer.StartAsync(
            await PdsFixture.CreateDatabaseAsync(), $"127.0.0.1:{LoopbackPort.Free()}", await pds.GetPlcUrlAsync());

        var alice = await TestAccount.CreateAsync(server);
        var reply = await alice.CreateRecordAsync(Records.Post("nobody to wake"));

        Assert.Equal(200, reply.Status);
        foreach (var path in new[] { "/xrpc/_health", "/health", "/alive" })
        {
            using var health = await server.Xrpc.Http.GetAsync(path, cancellationToken);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        }

        Assert.Equal("Degraded", await server.Xrpc.Http.GetStringAsync("/health", cancellationToken));
    }
}
