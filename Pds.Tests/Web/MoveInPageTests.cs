using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.LocalServices;
using Pds.Tests.Moving;
using Pds.Tests.Support;

namespace Pds.Tests.Web;

/// <summary>Somebody who has an account elsewhere and comes here with a browser without script.</summary>
public sealed class MoveInPageTests(PdsFixture pds, MoveWorld world) : IClassFixture<MoveWorld>
{
    [Fact]
    public async Task Somebody_moves_in_by_a_page_and_is_told_what_was_checked()
    {
        using var alice = await world.SettleAsync();
        using var visitor = new PageVisitor(world.New);
        await visitor.GoAsync("/account/sign-up");
        Assert.Contains("href=\"/move-in\"", visitor.Html, StringComparison.Ordinal);
        await visitor.GoAsync("/move-in");

        await BeginAsync(visitor, alice);
        await ShowsAsync(visitor, "has mailed you a code");
        await visitor.PressAsync("Go on", ("code", "AAAAA-AAAAA"));
        await ShowsAsync(visitor, "The code is wrong");
        var secret = Assert.Single(await SecretsAsync(world.New, alice));
        await visitor.PressAsync("Go on", ("code", await world.Mail.NextCodeAsync(alice.Email)));
        await ShowsAsync(visitor, "Welcome.");

        Assert.NotNull(secret);
        Assert.DoesNotContain(alice.Password, secret, StringComparison.Ordinal);
        Assert.Null(Assert.Single(await SecretsAsync(world.New, alice)));
        Assert.Matches(@"<dd>28\s+<span class=""badge good"">the same at both servers", visitor.Html);
        Assert.Matches(@"<dd>3\s+<span class=""badge good"">each checked", visitor.Html);
        Assert.Contains("deactivated", visitor.Html, StringComparison.Ordinal);
        (await (await world.EnterAsync(alice.Did)).QueryAsync("com.atproto.server.checkAccountStatus")).Ok();
    }

    [Fact]
    public async Task A_server_that_starts_again_goes_on_with_the_moves_that_it_was_at()
    {
        using var alice = await world.SettleAsync();
        var (database, port) = (await PdsFixture.CreateDatabaseAsync(), LoopbackPort.Free());

        // What a server of the tests keeps elsewhere goes with it.
        var files = Directory.CreateTempSubdirectory("pds-moved-files-");
        var server = await StartAsync();
        using var visitor = new PageVisitor(server);
        try
        {
            await visitor.GoAsync("/move-in");
            await BeginAsync(visitor, alice);
            await server.DisposeAsync();
            server = await StartAsync();
            await ShowsAsync(visitor, "has mailed you a code");
            await server.DisposeAsync();
            server = await StartAsync();
            await Eventually.TrueAsync(async () =>
            {
                await visitor.GoAsync("/move-in/progress");
                if (visitor.Html.Contains("name=\"code\"", StringComparison.Ordinal))
                {
                    // The first run may have been cut when it had a code mailed; then the second code counts.
                    await visitor.PressAsync("Go on", ("code", await world.Mail.NextCodeAsync(alice.Email)));
                }

                return visitor.Html.Contains("Welcome.", StringComparison.Ordinal);
            }, () => $"{visitor.Address}: {visitor.Html}");
        }
        finally
        {
            await server.DisposeAsync();
            files.Delete(recursive: true);
        }

        async Task<PdsServer> StartAsync() => await PdsServer.StartAsync(
            database, TestServices.Shared.Redis, world.Plc,
            new Dictionary<string, string> { ["PDS_BLOBSTORE_DISK_LOCATION"] = files.FullName }, world.Time, port);
    }

    [Fact]
    public async Task What_cannot_go_on_is_told_and_forgotten_and_begun_again()
    {
        using var alice = await world.SettleAsync();
        using var visitor = new PageVisitor(world.New);
        await visitor.GoAsync("/move-in");
        await visitor.PressAsync("Begin the move", ("identifier", alice.Did.Value), ("oldpassword", ""), ("password", MoveWorld.NewPassword));
        Assert.Equal(400, visitor.Status);
        await visitor.PressAsync("Begin the move", ("identifier", alice.Did.Value), ("oldpassword", "wrong"), ("password", MoveWorld.NewPassword));
        await ShowsAsync(visitor, "does not know this name with this password");
        await visitor.GoAsync("/move-in");
        await visitor.PressAsync("Begin the move", ("identifier", "nobody-lives-here.test"), ("oldpassword", "wrong"), ("password", MoveWorld.NewPassword));
        await ShowsAsync(visitor, "cannot be found");

        await visitor.GoAsync("/move-in");
        await BeginAsync(visitor, alice);
        await ShowsAsync(visitor, "has mailed you a code");
        await visitor.PressAsync("Give up the move");

        Assert.Contains("was given up", visitor.Html, StringComparison.Ordinal);
        Assert.All(await SecretsAsync(world.New, alice), secret => Assert.Null(secret));
    }

    [Fact]
    public async Task No_hidden_address_is_reached_and_nobody_begins_too_many()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_DISABLE_SSRF_PROTECTION"] = "false" });
        using var visitor = new PageVisitor(server);
        await visitor.GoAsync("/move-in");
        await BeginAsync(visitor, $"http://127.0.0.1:{world.Old.Url.Port}");
        var plain = (visitor.Status, visitor.Html);
        await BeginAsync(visitor, $"https://127.0.0.1:{world.Old.Url.Port}");
        await ShowsAsync(visitor, "no public address");

        for (var i = 1; i < 10; i++)
        {
            await visitor.GoAsync("/move-in");
            await BeginAsync(visitor, "https://127.0.0.1");
            Assert.Equal(200, visitor.Status);
        }

        await visitor.GoAsync("/move-in");
        await BeginAsync(visitor, "https://127.0.0.1");

        Assert.Equal(400, plain.Status);
        Assert.Contains("cannot be found", plain.Html, StringComparison.Ordinal);
        Assert.Equal(429, visitor.Status);
    }

    [Fact]
    public async Task Who_has_no_move_under_way_sees_nobodys()
    {
        using var visitor = new PageVisitor(world.New);

        await visitor.GoAsync("/move-in/progress", ("Cookie", "move=0123456789abcdef"));

        Assert.Equal("/move-in", visitor.Address);
    }

    private static Task BeginAsync(PageVisitor visitor, TestAccount account) => visitor.PressAsync(
        "Begin the move", ("identifier", account.Did.Value), ("oldpassword", account.Password), ("password", MoveWorld.NewPassword));

    private static Task BeginAsync(PageVisitor visitor, string server) => visitor.PressAsync(
        "Begin the move", ("identifier", "alice@example.com"), ("server", server), ("oldpassword", "a password"), ("password", MoveWorld.NewPassword));

    private static Task ShowsAsync(PageVisitor visitor, string text) => Eventually.TrueAsync(async () =>
    {
        if (!visitor.Html.Contains(text, StringComparison.Ordinal))
        {
            await visitor.GoAsync("/move-in/progress");
        }

        return visitor.Html.Contains(text, StringComparison.Ordinal);
    }, () => $"{visitor.Address}: {visitor.Html}");

    private static async Task<List<string?>> SecretsAsync(PdsServer server, TestAccount account)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT secret FROM moving.move WHERE did = $1");
        command.Parameters.AddWithValue(account.Did.Value);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var secrets = new List<string?>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            secrets.Add(await reader.IsDBNullAsync(0, TestContext.Current.CancellationToken) ? null : reader.GetString(0));
        }

        return secrets;
    }
}
