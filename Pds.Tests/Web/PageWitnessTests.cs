using Pds.Tests.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Web;

public sealed class PageWitnessTests(PdsFixture pds)
{
    [Fact]
    public async Task Every_page_is_whole_and_within_everybodys_reach()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_SERVICE_NAME"] = "Kiln",
            ["PDS_TERMS_OF_SERVICE_URL"] = "https://kiln.example/terms",
            ["PDS_PRIVACY_POLICY_URL"] = "https://kiln.example/privacy",
        });

        using var elsewhere = await pds.CreateAccountAsync();
        var printed = await NodeWitness.RunAsync(
            "pages.mjs",
            new Dictionary<string, string>
            {
                ["PDS_URL"] = $"http://localhost:{server.Url.Port}",
                ["MOVE_DID"] = elsewhere.Did.Value,
                ["MOVE_PASSWORD"] = elsewhere.Password,
            },
            limit.Token);

        Assert.Equal(7, printed.Split('\n').Count(line => line.StartsWith("ok - ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_page_of_the_console_is_whole_and_within_everybodys_reach()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        await using var mail = new MailSink { IsBusy = true };
        await using var crawler = await TestCrawler.StartAsync(503);
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>(mail.Settings)
        {
            ["PDS_SERVICE_NAME"] = "Kiln",
            ["PDS_CRAWLERS"] = $"{crawler.Url},https://relay.example.com",
        });
        using var stream = await StreamClient.ConnectAsync(server.Url);
        using var alice = await TestAccount.CreateAsync(server);
        (await server.Xrpc.ProcedureAsync("com.atproto.server.requestPasswordReset", new { email = alice.Email })).Ok();

        var printed = await NodeWitness.RunAsync(
            "console.mjs",
            new Dictionary<string, string>
            {
                ["PDS_URL"] = $"http://localhost:{server.Url.Port}",
                ["PDS_ADMIN_PASSWORD"] = PdsServer.AdminPassword,
            },
            limit.Token);

        Assert.Equal(4, printed.Split('\n').Count(line => line.StartsWith("ok - ", StringComparison.Ordinal)));
    }
}
