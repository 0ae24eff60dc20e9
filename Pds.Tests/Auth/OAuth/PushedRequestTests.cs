using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class PushedRequestTests(PdsFixture pds)
{
    [Fact]
    public async Task A_good_request_gets_a_name_for_five_minutes()
    {
        using var app = await StartAsync();

        var reply = await app.PushAsync();

        Assert.Equal(201, reply.Status);
        Assert.Matches("^urn:ietf:params:oauth:request_uri:req-[0-9a-f]{32}$", reply.Json.GetProperty("request_uri").GetString());
        Assert.Equal(300, reply.Json.GetProperty("expires_in").GetInt32());
        Assert.Equal(2, reply.Json.EnumerateObject().Count());
        Assert.Equal(("*", "no-store", "no-cache"), (
            reply.Header("Access-Control-Allow-Origin"), reply.Header("Cache-Control"), reply.Header("Pragma")));
        Assert.Contains("DPoP-Nonce", reply.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    public static TheoryData<string, string?, string> Spoilt => new()
    {
        { "redirect_uri", "http://127.0.0.1:8080/elsewhere", "invalid_request" },
        { "redirect_uri", "https://example.com/callback", "invalid_request" },
        { "response_type", "token", "unsupported_response_type" },
        { "response_type", null, "unsupported_response_type" },
        { "response_mode", "pigeon", "invalid_request" },
        { "scope", "transition:generic", "invalid_scope" },
        { "scope", null, "invalid_scope" },
        { "scope", "atproto transition:email", "invalid_scope" },
        { "scope", "atproto openid", "invalid_scope" },
        { "code_challenge", null, "invalid_request" },
        { "code_challenge", "short", "invalid_request" },
        { "code_challenge_method", "plain", "invalid_request" },
        { "code_challenge_method", null, "invalid_request" },
        { "prompt", "none", "invalid_request" },
        { "prompt", "sing", "invalid_request" },
        { "login_hint", "nobody", "invalid_request" },
        { "login_hint", "alice@example.com", "invalid_request" },
        { "claims", "{}", "invalid_request" },
        { "nonce", "n", "invalid_request" },
        { "id_token_hint", "t", "invalid_request" },
        { "authorization_details", "[]", "invalid_authorization_details" },
        { "request_uri", "urn:ietf:params:oauth:request_uri:req-0", "invalid_request" },
        { "client_id", null, "invalid_request" },
        { "client_id", "http://127.0.0.1:1/metadata.json", "invalid_client_metadata" },
        { "client_id", "https://client.invalid/metadata.json", "invalid_client_id" },
        { "client_id", "http://localhost/?redirect_uri=http%3A%2F%2Fexample.com%2F", "invalid_client_id" },
        { "client_secret", "s", "invalid_client" },
        { "client_assertion", "a.b.c", "invalid_client" },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task A_request_is_refused_for_what_is_wrong_with_it(string name, string? value, string error)
    {
        using var app = await StartAsync();

        var reply = await app.PushAsync(parameters => parameters[name] = value);

        Assert.Equal((400, error), (reply.Status, reply.Error));
        Assert.Equal(["error", "error_description"], reply.Json.EnumerateObject().Select(member => member.Name));
        Assert.DoesNotContain("openiddict", reply.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(reply.Header("DPoP-Nonce"));
        Assert.Equal("*", reply.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_proof_is_not_needed_but_one_of_another_key_than_the_request_names_is_refused()
    {
        using var app = await StartAsync();
        using var other = DpopKey.Create();

        var bound = await app.PushAsync(parameters => parameters["dpop_jkt"] = other.Jkt);
        var content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["client_id"] = app.ClientId,
            ["response_type"] = "code",
            ["scope"] = OAuthApp.Scope,
            ["code_challenge"] = new('A', 43),
            ["code_challenge_method"] = "S256",
        });
        var unproven = await app.Server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/oauth/par") { Content = content });

        Assert.Equal((401, "invalid_token"), (bound.Status, bound.Error));
        Assert.Equal(201, unproven.Status);
    }

    [Fact]
    public async Task A_proof_without_the_nonce_is_asked_for_again()
    {
        using var app = await StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/par")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = app.ClientId }),
        };
        request.Headers.Add("DPoP", app.Key.Prove("POST", $"{app.Issuer}/oauth/par"));

        var reply = await app.Server.Xrpc.SendAsync(request);

        Assert.Equal((400, "use_dpop_nonce"), (reply.Status, reply.Error));
        Assert.NotNull(reply.Header("DPoP-Nonce"));
    }

    [Fact]
    public async Task A_body_may_be_json()
    {
        using var app = await StartAsync();

        var good = await PostAsync(app, "application/json", JsonSerializer.Serialize(new
        {
            client_id = app.ClientId,
            response_type = "code",
            scope = OAuthApp.Scope,
            redirect_uri = app.RedirectUri,
            code_challenge = new string('A', 43),
            code_challenge_method = "S256",
        }));

        Assert.Equal(201, good.Status);
    }

    [Theory]
    [InlineData("application/json", "[1]", 400)]
    [InlineData("application/json", "{", 400)]
    [InlineData("text/plain", "client_id=x", 400)]
    [InlineData("application/x-www-form-urlencoded", "client_id=x&client_id=y", 400)]
    [InlineData("application/x-www-form-urlencoded", null, 413)]
    [InlineData("application/json", null, 413)]
    public async Task A_body_that_is_no_form_is_refused(string type, string? body, int status)
    {
        using var app = await StartAsync();

        var reply = await PostAsync(app, type, body ?? $"x={new string('y', 101 * 1024)}");

        Assert.Equal((status, "invalid_request"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Other_methods_are_refused_and_a_preflight_is_answered()
    {
        using var app = await StartAsync();

        var get = await app.Server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/oauth/par"));
        var preflight = await app.Server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/oauth/token"));

        Assert.Equal((405, "POST"), (get.Status, get.Header("Allow")));
        Assert.Equal(200, preflight.Status);
        Assert.Equal(("*", "*", "Content-Type,DPoP", "86400"), (
            preflight.Header("Access-Control-Allow-Origin"), preflight.Header("Access-Control-Allow-Methods"),
            preflight.Header("Access-Control-Allow-Headers"), preflight.Header("Access-Control-Max-Age")));
    }

    private async Task<OAuthApp> StartAsync() => OAuthApp.OnLoopback(await pds.GetServerAsync());

    private static Task<XrpcReply> PostAsync(OAuthApp app, string type, string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return app.Server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/oauth/par") { Content = content });
    }
}
