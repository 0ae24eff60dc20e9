using System.Text;
using Pds.Tests.Support;

namespace Pds.Tests.Web;

public sealed class ServicePageTests(PdsFixture pds)
{
    [Fact]
    public async Task Health_tells_the_version_and_an_outage()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["LOG_LEVEL"] = "silent", ["PDS_VERSION"] = "1.2.3" }, database: database);

        var healthy = await AskHealthAsync(server);
        await TestServices.Shared.DropDatabaseAsync(database, TestContext.Current.CancellationToken);
        var ill = await AskHealthAsync(server);

        Assert.Equal((200, """{"version":"1.2.3"}"""), (healthy.Status, healthy.Json.GetRawText()));
        Assert.Equal((503, """{"version":"1.2.3","error":"Service Unavailable"}"""), (ill.Status, ill.Json.GetRawText()));
    }

    [Fact]
    public async Task Robots_may_read()
    {
        var robots = await GetAsync("/robots.txt");

        Assert.Equal(200, robots.Status);
        Assert.Contains("Allow: /", Encoding.UTF8.GetString(robots.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_home_page_names_the_service_and_loads_nothing_foreign()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_SERVICE_NAME"] = "Kiln <& Sons>",
            ["PDS_TERMS_OF_SERVICE_URL"] = "https://kiln.example/terms",
        });

        var page = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/"));
        var style = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/style.css"));

        var html = Encoding.UTF8.GetString(page.Ok().Body);
        Assert.Contains("<h1>Kiln &lt;&amp; Sons&gt;</h1>", html, StringComparison.Ordinal);
        Assert.Contains("https://kiln.example/terms", html, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.StartsWith("text/css", style.Ok().Header("Content-Type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_has_a_did_document()
    {
        var document = await GetAsync("/.well-known/did.json");

        Assert.Equal("did:web:localhost", document.Ok().Json.GetProperty("id").GetString());
        Assert.Equal(
            $"http://localhost:{pds.Url.Port}",
            document.Json.GetProperty("service")[0].GetProperty("serviceEndpoint").GetString());
    }

    [Theory]
    [InlineData("GET", "/xrpc/com.example.unknown", 401, "AuthMissing")]
    [InlineData("PUT", "/xrpc/com.example.unknown", 400, "InvalidRequest")]
    [InlineData("GET", "/xrpc/unknown", 400, "InvalidRequest")]
    [InlineData("GET", "/xrpc/a/b", 400, "InvalidRequest")]
    [InlineData("GET", "/xrpc/", 400, "InvalidRequest")]
    public async Task What_is_not_served_here_is_refused_in_the_protocols_words(string method, string path, int status, string error)
    {
        var reply = await pds.Xrpc.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal((status, error), (reply.Status, reply.Error));
    }

    private static Task<XrpcReply> AskHealthAsync(PdsServer server) =>
        server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/xrpc/_health"));

    private Task<XrpcReply> GetAsync(string path) => pds.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
}
