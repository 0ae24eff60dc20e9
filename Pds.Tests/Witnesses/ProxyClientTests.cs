using System.Globalization;
using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Witnesses;

/// <summary>The official agent from npm, reading from an AppView through the server.</summary>
public sealed class ProxyClientTests(PdsFixture pds)
{
    [Fact]
    public async Task An_app_reads_writes_and_reports_through_its_server()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var port = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture);
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_BSKY_APP_VIEW_URL"] = $"http://127.0.0.1:{port}",
            ["PDS_BSKY_APP_VIEW_DID"] = $"did:web:localhost%3A{port}",
        });

        var printed = await NodeWitness.RunAsync(
            "proxy.mjs",
            new Dictionary<string, string>
            {
                ["PDS_URL"] = server.Url.AbsoluteUri,
                ["PLC_URL"] = server.PlcUrl.AbsoluteUri,
                ["APP_VIEW_PORT"] = port,
            },
            limit.Token);

        Assert.Equal(7, printed.Split('\n').Count(line => line.StartsWith("ok - ", StringComparison.Ordinal)));
    }
}
