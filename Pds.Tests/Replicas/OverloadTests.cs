using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>More than the server can do, and clients that take their time: it stays what it is to everybody else.</summary>
public sealed class OverloadTests(PdsFixture pds, ChaosTable table) : IClassFixture<ChaosTable>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_cannot_be_done_in_time_is_sent_away_at_once_and_the_stream_and_health_go_on()
    {
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_MAX_CONCURRENT_REQUESTS"] = "4" }, replicas: 1);
        using var alice = await TestAccount.CreateAsync(server);
        using var stream = await StreamClient.ConnectAsync(server.Url);

        // Each hashes a password, which is dear.
        var started = Stopwatch.GetTimestamp();
        var flood = Enumerable.Range(0, 100 * ChaosTable.Effort).Select(_ => Task.Run(() => SignInAsync(server, alice), Cancellation)).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(flood.Any(sent => sent.IsCompleted)));
        Assert.Equal(200, await StatusAsync(server, "/xrpc/_health"));
        Assert.Equal(200, await StatusAsync(server, "/alive"));
        using var late = await StreamClient.ConnectAsync(server.Url);
        var written = 0;
        await Eventually.TrueAsync(async () => (written = (await alice.CreateRecordAsync(Records.Post("in between"))).Status) == 200);
        var told = await stream.ReadAsync(alice.Did, 1);
        var replies = await Task.WhenAll(flood);

        var sentAway = replies.Where(reply => reply.Status == 503).ToArray();
        Assert.NotEmpty(sentAway);
        Assert.All(sentAway, reply => Assert.Equal(("NotEnoughResources", "2"), (reply.Error, reply.Header("Retry-After"))));
        Assert.All(replies.Except(sentAway), reply => Assert.True(reply.Status is 200 or 429, reply.ToString()));
        Assert.Single(told);
        Assert.Equal(told[0].Seq, (await late.ReadAsync(alice.Did, 1))[0].Seq);
        table.Add("Flood of sign-ins at a limit of 4", $"{replies.Length} sent, {sentAway.Length} sent away, all over after {ChaosTable.Since(started)}");
    }

    [Fact]
    public async Task Consumers_of_the_stream_beyond_the_limit_are_told_to_come_back()
    {
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_MAX_SUBSCRIBERS"] = "2" }, replicas: 1);
        using var first = await StreamClient.ConnectAsync(server.Url);
        var second = await StreamClient.ConnectAsync(server.Url);
        var request = new HttpRequestMessage(HttpMethod.Get, "/xrpc/com.atproto.sync.subscribeRepos");
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");

        var refused = await server.Xrpc.SendAsync(request);
        second.Dispose();

        Assert.Equal((503, "NotEnoughResources", "2"), (refused.Status, refused.Error, refused.Header("Retry-After")));
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                using var third = await StreamClient.ConnectAsync(server.Url);
                return true;
            }
            catch (System.Net.WebSockets.WebSocketException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task Clients_that_never_finish_their_request_lose_their_connection()
    {
        var server = await pds.GetServerAsync();
        var started = Stopwatch.GetTimestamp();
        var slow = new[]
        {
            "GET /xrpc/_health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
            "POST /xrpc/com.atproto.server.createSession HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
        };

        var ends = await Task.WhenAll(slow.Select(request => SendSlowlyAsync(server.Replicas[0], request)));

        Assert.All(ends, end => Assert.True(end.Length == 0 || end.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), end));
        table.Add("Slowloris, in headers and in a body", $"cut off after {ChaosTable.Since(started)}");
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_those_within_it_served()
    {
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_MAX_CONNECTIONS"] = "3" }, replicas: 1);
        Assert.Equal(200, await StatusAsync(server, "/alive"));
        var idle = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ConnectAsync(server.Url)));
        using var tooMany = await ConnectAsync(server.Url);

        Assert.Equal(0, await ReadAsync(tooMany, new byte[1]));
        Assert.Equal(200, await StatusAsync(server, "/alive"));
        Array.ForEach(idle, client => client.Dispose());
    }

    private static async Task<XrpcReply> SignInAsync(PdsServer server, TestAccount alice) => await server.Xrpc.ProcedureAsync(
        "com.atproto.server.createSession", new { identifier = alice.Handle, password = alice.Password });

    private static async Task<int> StatusAsync(PdsServer server, string path) =>
        (await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, path))).Status;

    private static async Task<TcpClient> ConnectAsync(Uri server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, Cancellation);
        return client;
    }

    // Sends what it has and no more; returns what the server says until it closes.
    private static async Task<string> SendSlowlyAsync(Uri server, string request)
    {
        using var client = await ConnectAsync(server);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        var said = new StringBuilder();
        var buffer = new byte[4096];
        while (await ReadAsync(client, buffer) is > 0 and var count)
        {
            said.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return said.ToString();
    }

    private static async Task<int> ReadAsync(TcpClient client, byte[] buffer)
    {
        try
        {
            return await client.GetStream().ReadAsync(buffer, Cancellation).AsTask().WaitAsync(Patience, TimeProvider.System, Cancellation);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
