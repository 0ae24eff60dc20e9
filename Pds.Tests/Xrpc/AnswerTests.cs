using System.IO.Compression;
using System.Net.Http.Headers;

namespace Pds.Tests.Xrpc;

public sealed class AnswerTests(XrpcTestHost host) : IClassFixture<XrpcTestHost>
{
    private const string Did = "did:plc:z72i7hdynmk6r22z27h6tvur";

    [Fact]
    public async Task A_named_refusal_is_sent_as_it_is_and_a_bug_without_details()
    {
        var refused = await host.Client.QueryAsync("test.refuse");
        var failed = await host.Client.QueryAsync("test.fail");

        Assert.Equal(
            (400, "RepoNotFound", "Could not find repo for DID: did:web:example.com"),
            (refused.Status, refused.Error, refused.Message));
        Assert.Equal((500, "InternalServerError", "Internal Server Error"), (failed.Status, failed.Error, failed.Message));
        Assert.Equal("*", failed.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_database_that_goes_away_in_the_middle_of_an_answer_breaks_the_connection()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => host.Client.QueryAsync("test.failLate"));

        Assert.Contains(host.Lines, line => line.StartsWith("Warning Pds.Xrpc.ErrorMiddleware: GET /xrpc/test.failLate was refused", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("failLate", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Lines, line => line.StartsWith("Error Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_method_with_two_policies_is_served_to_no_one()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/xrpc/test.twoPolicies");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "Full|did:web:example.com");

        var account = await host.Client.SendAsync(request);
        var nobody = await host.Client.QueryAsync("test.twoPolicies");

        Assert.Equal((500, 500), (account.Status, nobody.Status));
    }

    [Theory]
    [InlineData("POST", "test.query", "Incorrect HTTP method (POST) expected GET")]
    [InlineData("GET", "test.input", "Incorrect HTTP method (GET) expected POST")]
    [InlineData("PUT", "test.input", "Incorrect HTTP method (PUT) expected POST")]
    public async Task Another_http_method_is_refused_with_the_right_one(string method, string nsid, string message)
    {
        var reply = await host.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/xrpc/{nsid}"));

        Assert.Equal((400, "InvalidRequest", message), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task Head_works_for_queries()
    {
        var reply = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/xrpc/test.query?did={Did}"));

        Assert.Equal((200, 0), (reply.Status, reply.Body.Length));
    }

    [Fact]
    public async Task A_subscription_needs_a_websocket()
    {
        var reply = await host.Client.QueryAsync("test.subscribe");

        Assert.Equal(426, reply.Status);
        Assert.Equal("websocket", reply.Header("Upgrade"));
    }

    [Fact]
    public async Task A_preflight_is_answered_for_any_header()
    {
        var preflight = new HttpRequestMessage(HttpMethod.Options, "/xrpc/test.input");
        preflight.Headers.Add("Origin", "https://app.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,x-anything");

        var reply = await host.Client.SendAsync(preflight);

        Assert.Equal(204, reply.Status);
        Assert.Equal("*", reply.Header("Access-Control-Allow-Origin"));
        Assert.Equal("authorization,x-anything", reply.Header("Access-Control-Allow-Headers"));
        Assert.Contains("POST", reply.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Equal("86400", reply.Header("Access-Control-Max-Age"));
    }

    [Fact]
    public async Task Credentials_decide_who_is_let_in()
    {
        var anonymous = await host.Client.QueryAsync("test.whoAmI");
        var known = await AskAsync("test.whoAmI", $"AppPassword|{Did}");
        var expired = await AskAsync("test.whoAmI", "expired");
        var wrongKind = await AskAsync("test.whoAmI", $"Refresh|{Did}");

        Assert.Equal((401, "AuthMissing"), (anonymous.Status, anonymous.Error));
        Assert.Equal($$"""{"did":"{{Did}}","kind":"appPassword"}""", known.Ok().Json.GetRawText());
        Assert.Equal((400, "ExpiredToken"), (expired.Status, expired.Error));
        Assert.Equal((400, "InvalidToken", "Bad token scope"), (wrongKind.Status, wrongKind.Error, wrongKind.Message));
    }

    [Fact]
    public async Task Optional_credentials_may_be_absent_but_not_wrong()
    {
        var anonymous = await host.Client.QueryAsync("test.optional");
        var known = await AskAsync("test.optional", $"Full|{Did}");
        var expired = await AskAsync("test.optional", "expired");

        Assert.Equal("""{"kind":"nobody"}""", anonymous.Ok().Json.GetRawText());
        Assert.Equal("""{"kind":"Full"}""", known.Ok().Json.GetRawText());
        Assert.Equal((400, "ExpiredToken"), (expired.Status, expired.Error));
    }

    [Fact]
    public async Task Answers_to_a_known_caller_are_private()
    {
        var known = await AskAsync("test.whoAmI", $"Full|{Did}");
        var open = await host.Client.QueryAsync("test.query", ("did", Did));

        Assert.Equal("private", known.Header("Cache-Control"));
        Assert.Contains("Authorization", known.Header("Vary"), StringComparison.Ordinal);
        Assert.Null(open.Header("Cache-Control"));
    }

    [Fact]
    public async Task Large_answers_are_compressed_for_those_who_ask_and_small_ones_never()
    {
        var large = await AskEncodedAsync("/xrpc/test.large", "gzip, br;q=0");
        var brotli = await AskEncodedAsync("/xrpc/test.large", "gzip, deflate, br");
        var small = await AskEncodedAsync($"/xrpc/test.query?did={Did}", "gzip, br");
        var plain = await host.Client.QueryAsync("test.large");
        var refused = await AskEncodedAsync("/xrpc/test.refuse", "gzip");

        Assert.Equal("gzip", large.Header("Content-Encoding"));
        Assert.Contains("Accept-Encoding", large.Header("Vary"), StringComparison.Ordinal);
        await using var decoded = new GZipStream(new MemoryStream(large.Body), CompressionMode.Decompress);
        Assert.Equal(plain.Body, await ReadAsync(decoded));
        Assert.Equal("br", brotli.Header("Content-Encoding"));
        Assert.Null(small.Header("Content-Encoding"));
        Assert.Equal(small.Body.Length, small.ContentHeaders.ContentLength);
        Assert.Null(plain.Header("Content-Encoding"));
        Assert.Equal("RepoNotFound", refused.Error);
    }

    private Task<Support.XrpcReply> AskAsync(string nsid, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{nsid}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return host.Client.SendAsync(request);
    }

    private Task<Support.XrpcReply> AskEncodedAsync(string path, string accepted)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        return host.Client.SendAsync(request);
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);
        return copy.ToArray();
    }
}
