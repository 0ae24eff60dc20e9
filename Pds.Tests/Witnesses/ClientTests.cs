using Pds.Tests.Support;

namespace Pds.Tests.Witnesses;

/// <summary>Official and independent clients from npm, unchanged, against the running server.</summary>
public sealed class ClientTests(PdsFixture pds)
{
    [Theory]
    [InlineData("agent.mjs", 12)]
    [InlineData("export.mjs", 4)]
    [InlineData("firehose.mjs", 1)]
    public async Task Says_that_all_is_well(string script, int steps)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));

        var server = await pds.GetServerAsync();
        var plc = await pds.GetPlcUrlAsync();

        var printed = await NodeWitness.RunAsync(
            script,
            new Dictionary<string, string> { ["PDS_URL"] = server.Url.AbsoluteUri, ["PLC_URL"] = plc.AbsoluteUri },
            limit.Token);

        Assert.Equal(steps, printed.Split('\n').Count(line => line.StartsWith("ok - ", StringComparison.Ordinal)));
    }
}
