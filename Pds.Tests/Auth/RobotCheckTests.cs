using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Pds.Tests.Support;
using Pds.Tests.Web;

namespace Pds.Tests.Auth;

/// <summary>What keeps robots, and whomever the operator does not want, from signing up.</summary>
public sealed class RobotCheckTests(PdsFixture pds) : IAsyncLifetime
{
    private const string CreateAccount = "com.atproto.server.createAccount";

    private FakeVerifier _verifier = null!;

    public async ValueTask InitializeAsync() => _verifier = await FakeVerifier.StartAsync();

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Fact]
    public async Task An_app_brings_what_hCaptcha_gave_and_hCaptcha_is_asked_as_the_reference_asks_it()
    {
        await using var server = await pds.StartServerAsync(HCaptcha());
        var handle = TestAccount.NewHandle();

        var described = (await server.Xrpc.QueryAsync("com.atproto.server.describeServer")).Ok().Json;
        var without = await SignUpAsync(server, handle);
        _verifier.Answer = """{"success":false,"error-codes":["invalid-input-response"]}""";
        var wrong = await SignUpAsync(server, handle, "wrong");
        _verifier.Answer = """{"success":true,"challenge_ts":"2026-01-01T00:00:00Z","hostname":"localhost"}""";
        var right = await SignUpAsync(server, handle, "right");

        Assert.True(described.GetProperty("phoneVerificationRequired").GetBoolean());
        Assert.Equal(
            (400, "InvalidRequest", "Verification is required: verificationCode must be what the captcha gave"),
            (without.Status, without.Error, without.Message));
        Assert.Equal((400, "InvalidRequest", "Verification failed, please try again"), (wrong.Status, wrong.Error, wrong.Message));
        Assert.Equal(200, right.Status);
        var asked = HttpUtility.ParseQueryString(_verifier.Bodies.Last());
        Assert.Equal(
            ("the secret", "the site", "signup", "right"), (asked["secret"], asked["sitekey"], asked["behavior_type"], asked["response"]));
        var tokens = JsonElement.Parse(asked["client_tokens"]!);
        Assert.Equal(
            Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes("salt" + handle))), tokens.GetProperty("hashedHandle").GetString());
    }

    [Fact]
    public async Task Nobody_signs_up_while_the_service_is_away_and_nothing_is_left_of_who_tried()
    {
        await using var server = await pds.StartServerAsync(HCaptcha());
        var handle = TestAccount.NewHandle();
        _verifier.Status = 500;

        var away = await SignUpAsync(server, handle, "right");
        (_verifier.Status, _verifier.Answer) = (200, """{"success":true}""");
        var back = await SignUpAsync(server, handle, "right");

        Assert.Equal(
            (502, "UpstreamFailure", "The verification service did not answer, please try again"), (away.Status, away.Error, away.Message));
        Assert.Equal(200, back.Status);
    }

    [Fact]
    public async Task The_page_shows_the_box_and_lets_in_what_it_needs_and_nothing_else()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_TURNSTILE_SITE_KEY"] = "the site",
            ["PDS_TURNSTILE_SECRET_KEY"] = "the secret",
            ["PDS_TURNSTILE_VERIFY_URL"] = _verifier.Url,
        });
        using var visitor = new PageVisitor(server);
        var name = TestAccount.NewHandle().Split('.')[0];
        (string, string)[] fields = [("handle", name), ("email", $"{name}@mail.test"), ("password", "correct horse battery")];

        await visitor.GoAsync("/account/sign-up");
        var policy = string.Concat(visitor.Answer.Headers.GetValues("Content-Security-Policy"));
        await visitor.PressAsync("Create account", fields);
        var refused = (visitor.Status, visitor.Html);
        _verifier.Answer = """{"success":true}""";
        await visitor.PressAsync("Create account", [.. fields, ("cf-turnstile-response", "right")]);

        Assert.Contains("script-src 'self' https://challenges.cloudflare.com;", policy, StringComparison.Ordinal);
        Assert.Contains("frame-src https://challenges.cloudflare.com;", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("hcaptcha", policy, StringComparison.Ordinal);
        Assert.Equal(400, refused.Status);
        Assert.Contains("Please show that you are a person.", refused.Html, StringComparison.Ordinal);
        Assert.Contains("class=\"robots cf-turnstile\" data-sitekey=\"the site\"", refused.Html, StringComparison.Ordinal);
        Assert.Equal("/account", visitor.Address);
        Assert.Equal("right", HttpUtility.ParseQueryString(_verifier.Bodies.Single())["response"]);
        await visitor.GoAsync("/account/password");
        Assert.DoesNotContain("cloudflare", string.Concat(visitor.Answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_Bluesky_app_gets_what_the_box_gave_in_its_frame()
    {
        await using var server = await pds.StartServerAsync(HCaptcha());

        var page = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/gate/signup?state=its-own&handle=a.test"));
        var done = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/gate/signup?state=its-own&h-captcha-response=right"));
        var nowhere = await pds.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/gate/signup?state=its-own"));

        var policy = page.Header("Content-Security-Policy")!;
        Assert.Equal((200, 302, 404), (page.Status, done.Status, nowhere.Status));
        Assert.Contains("frame-ancestors https://bsky.app", policy, StringComparison.Ordinal);
        Assert.Contains("frame-src https://hcaptcha.com https://*.hcaptcha.com;", policy, StringComparison.Ordinal);
        Assert.Null(page.Header("X-Frame-Options"));
        Assert.Equal("https://bsky.app/?code=right&state=its-own", done.Header("Location"));
    }

    [Fact]
    public async Task The_operators_own_service_has_the_last_word()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_SIGN_UP_HOOK_URL"] = _verifier.Url,
            ["PDS_SIGN_UP_HOOK_SECRET"] = "between us",
        });
        var handle = TestAccount.NewHandle();

        (_verifier.Status, _verifier.Answer) = (403, """{"message":"Members only"}""");
        var refused = await SignUpAsync(server, handle);
        (_verifier.Status, _verifier.Answer) = (403, "no JSON");
        var curt = await SignUpAsync(server, handle);
        _verifier.Status = 503;
        var away = await SignUpAsync(server, handle);
        _verifier.Status = 204;
        _verifier.Answer = "";
        var allowed = await SignUpAsync(server, handle);

        Assert.Equal((400, "InvalidRequest", "Members only"), (refused.Status, refused.Error, refused.Message));
        Assert.Equal((400, "This account cannot be made here"), (curt.Status, curt.Message));
        Assert.Equal(
            (502, "UpstreamFailure", "Sign-ups cannot be checked just now, please try again"), (away.Status, away.Error, away.Message));
        Assert.Equal(200, allowed.Status);
        var asked = JsonElement.Parse(_verifier.Bodies.First());
        Assert.Equal((handle, $"{handle}@mail.test"), (asked.GetProperty("handle").GetString(), asked.GetProperty("email").GetString()));
        Assert.Equal("Bearer between us", _verifier.Authorization);
    }

    [Fact]
    public async Task Where_nothing_is_set_clients_are_told_of_nothing() =>
        Assert.False((await pds.Xrpc.QueryAsync("com.atproto.server.describeServer")).Ok().Json.TryGetProperty("phoneVerificationRequired", out _));

    private Dictionary<string, string> HCaptcha() => new()
    {
        ["PDS_HCAPTCHA_SITE_KEY"] = "the site",
        ["PDS_HCAPTCHA_SECRET_KEY"] = "the secret",
        ["PDS_HCAPTCHA_TOKEN_SALT"] = "salt",
        ["PDS_HCAPTCHA_VERIFY_URL"] = _verifier.Url,
    };

    private static Task<XrpcReply> SignUpAsync(PdsServer server, string handle, string? verificationCode = null) =>
        server.Xrpc.ProcedureAsync(CreateAccount, new { handle, email = $"{handle}@mail.test", password = "secret", verificationCode });
}
