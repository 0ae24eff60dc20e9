using System.Globalization;
using Pds.Tests.Repo.Crash;
using Pds.Tests.Repo.Model;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>
/// Three servers behind a balancer, killed one after another under load and in the middle of a sign-in: what was acknowledged is
/// there, the stream is one sequence, the sign-in succeeds, and who was limited stays limited. <c>PDS_TEST_KILLS=50</c> goes on
/// for as many.
/// </summary>
public sealed class KillTests(PdsFixture pds, ChaosTable table, ITestOutputHelper output) : IClassFixture<ChaosTable>
{
    private const int Servers = 3;

    // The load comes from this machine itself; who is to be limited says that it comes from elsewhere.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["PDS_RATE_LIMITS_ENABLED"] = "true",
        ["PDS_RATE_LIMIT_BYPASS_IPS"] = "127.0.0.1",
        ["LOG_LEVEL"] = "error",
    };

    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 5;

    [Fact]
    public async Task Any_server_may_be_killed_under_load_and_nobody_loses_anything()
    {
        var seed = Environment.TickCount & 0xffff;
        output.WriteLine($"PDS_TEST_SEED={seed}");
        var dice = new Dice(seed);
        await using var set = await ReplicaSet.StartAsync(pds, Servers, Settings);
        using var alice = await TestAccount.CreateAsync(set.Xrpc);
        var somebody = $"2001:db8:{dice.Next(0xffff):x}:{dice.Next(0xffff):x}::1";
        var window = await ExhaustAsync(set.Xrpc, somebody);
        await using var load = await CrashLoad.StartAsync(set.Servers, seed, set.Balancer);

        var (kills, signIns, starting) = (0, 0, Task.CompletedTask);
        while (kills < Kills)
        {
            using var signIn = new PageSignIn(set.Balancer.Url, alice);
            var tokens = await signIn.RunAsync(KillAsync);
            Assert.Equal(200, (await signIn.GetSessionAsync(tokens)).Status);
            signIns++;
        }

        await load.GoOnAsync(writes: 30);
        await starting;
        var (after, left) = await AskAsync(set.Xrpc, somebody);
        Assert.True(after.Status == 429 || left != window, $"{after} {left} {window}");
        table.Add("Servers killed", $"{kills} kills, {signIns} sign-ins over them, {await load.VerifyAsync(set.Database)}");

        async Task KillAsync()
        {
            await load.GoOnAsync(writes: 5 + dice.Next(20));
            await starting;
            starting = set.Servers[kills++ % Servers].KillAndStartAsync();
        }
    }

    // All that an address may ask for in an hour; returns when that hour ends.
    private static async Task<string?> ExhaustAsync(XrpcClient client, string address)
    {
        while (true)
        {
            var (reply, window) = await AskAsync(client, address);
            if (reply.Status == 429)
            {
                // The servers that gave the answers before tell the others within a quarter of a second.
                await Eventually.TrueAsync(async () => await IsLimitedEverywhereAsync(client, address));
                return window;
            }
        }
    }

    private static async Task<bool> IsLimitedEverywhereAsync(XrpcClient client, string address)
    {
        for (var i = 0; i < Servers; i++)
        {
            if ((await AskAsync(client, address)).Reply.Status != 429)
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<(XrpcReply Reply, string? Window)> AskAsync(XrpcClient client, string address)
    {
        XrpcReply? reply = null;
        await Eventually.TrueAsync(async () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/xrpc/com.atproto.server.requestPasswordReset")
            {
                Content = System.Net.Http.Json.JsonContent.Create(new { email = "nobody@mail.test" }),
            };
            request.Headers.Add("X-Forwarded-For", address);
            return (reply = await client.SendAsync(request)).Status < 500;
        });
        return (reply!, reply!.Header("RateLimit-Reset"));
    }
}
