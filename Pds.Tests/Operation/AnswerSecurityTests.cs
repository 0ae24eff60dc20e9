using Pds.Tests.Support;

namespace Pds.Tests.Operation;

/// <summary>What every answer says to browsers, whoever makes it.</summary>
public sealed class AnswerSecurityTests(PdsFixture pds)
{
    [Fact]
    public async Task Every_answer_is_what_it_says_and_stays_with_tls()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_HOSTNAME"] = "pds.example.com", ["PDS_DEV_MODE"] = "false", ["PDS_DISABLE_SSRF_PROTECTION"] = "true",
            ["PDS_SERVICE_HANDLE_DOMAINS"] = ".test",
        });
        (string Method, string Path)[] requests =
        [
            ("GET", "/xrpc/com.atproto.server.describeServer"), ("GET", "/xrpc/com.atproto.repo.getRecord"), ("GET", "/xrpc/no.such.method"),
            ("OPTIONS", "/xrpc/com.atproto.repo.createRecord"), ("POST", "/xrpc/com.atproto.server.createSession"), ("GET", "/xrpc/_health"),
            ("GET", "/.well-known/did.json"), ("GET", "/.well-known/oauth-authorization-server"), ("GET", "/oauth/jwks"), ("POST", "/oauth/token"),
            ("GET", "/"), ("GET", "/account/sign-in"), ("GET", "/account"), ("GET", "/nothing/here"), ("GET", "/style.css"), ("GET", "/robots.txt"),
            ("GET", "/ready"), ("GET", "/alive"), ("GET", "/openapi.json"), ("GET", "/tls-check?domain=pds.example.com"),
        ];

        foreach (var (method, path) in requests)
        {
            foreach (var accept in (string[])["*/*", "text/html"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Headers.TryAddWithoutValidation("Accept", accept);
                using var answer = await server.Xrpc.Http.SendAsync(request, TestContext.Current.CancellationToken);

                Assert.True(Says("X-Content-Type-Options") == "nosniff", $"{path}: nosniff");
                Assert.True(Says("Content-Security-Policy").StartsWith("default-src 'none'", StringComparison.Ordinal), $"{path}: CSP");
                Assert.True(Says("Content-Security-Policy").Contains("frame-ancestors 'none'", StringComparison.Ordinal), $"{path}: frames");
                Assert.True(Says("Strict-Transport-Security") == "max-age=63072000", $"{path}: HSTS");
                Assert.False(answer.Headers.Contains("Server"), $"{path}: Server");
                if (answer.Content.Headers.ContentType is { } type && (type.MediaType is "text/html" or "text/plain" or "application/json"))
                {
                    Assert.True(type.CharSet is "utf-8" or null && (type.MediaType != "text/html" || type.CharSet == "utf-8"), $"{path}: {type}");
                }

                string Says(string header) => answer.Headers.TryGetValues(header, out var values) ? string.Join(',', values) : "";
            }
        }
    }

    [Fact]
    public async Task A_server_without_tls_does_not_promise_it()
    {
        using var answer = await pds.Xrpc.Http.GetAsync("/xrpc/com.atproto.server.describeServer", TestContext.Current.CancellationToken);

        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }
}
