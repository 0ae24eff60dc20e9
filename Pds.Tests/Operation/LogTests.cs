using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pds.Tests.Support;
using Pds.Tests.Web;

namespace Pds.Tests.Operation;

/// <summary>
/// Nothing that was told in confidence stands in a log. The run as a whole is looked through when it ends, as <c>LOG_LEVEL=debug</c>
/// shows it: see <see cref="PdsFixture"/>. Here everything is said that can be said, by every library.
/// </summary>
public sealed class LogTests(PdsFixture pds)
{
    [Fact]
    public async Task No_secret_is_logged_though_everything_is()
    {
        var lines = new ConcurrentQueue<string>();
        await using var mail = new MailSink();
        await using var appView = await FakeService.StartAsync();
        var settings = mail.Settings.Concat(appView.AsAppView()).ToDictionary();
        await using var server = await pds.StartServerAsync(settings, configureServices: services => services.AddLogging(logging =>
        {
            logging.AddProvider(new AllCapture(lines)).AddFilter<AllCapture>(null, LogLevel.Trace);

            // Off whatever is set: it would show what is in messages between modules.
            logging.AddFilter<AllCapture>("Pds.Contracts", LogLevel.None);

            // Its lowest level shows what is in forms; it is not what LOG_LEVEL turns on.
            logging.AddFilter<AllCapture>("Microsoft.AspNetCore.Mvc", LogLevel.Debug);
        }));

        await SignInAsync(server, appView, mail);
        await UseAppAsync(server);
        await UsePagesAsync(server);

        Assert.True(lines.Count > 1000, $"{lines.Count} lines");
        Assert.Empty(KnownSecrets.FindIn(lines));
    }

    [Fact]
    public async Task Who_was_let_in_and_who_was_not_is_logged()
    {
        using var alice = await pds.CreateAccountAsync();
        await pds.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = alice.Handle, password = "not what it is" });
        (await pds.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = alice.Handle, password = alice.Password })).Ok();

        var said = RunLog.Lines.Where(line => line.Contains($"Sign-in to {alice.Did} ", StringComparison.Ordinal)).ToArray();

        Assert.Contains(said, line => line.Contains("by password: refusal", StringComparison.Ordinal));
        Assert.Contains(said, line => line.Contains("by password: success", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_json_log_is_an_object_to_a_line()
    {
        await using var server = new ServerProcess(
            await PdsFixture.CreateDatabaseAsync(), TestServices.Shared.Redis, await pds.GetPlcUrlAsync(),
            new Dictionary<string, string> { ["PDS_LOG_FORMAT"] = "json", ["LOG_LEVEL"] = "info", ["PDS_NOT_A_SETTING"] = "line\nbreak" });
        await server.StartAsync();
        using var alice = await TestAccount.CreateAsync(server.Xrpc);
        await server.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = alice.Handle, password = "not what it is" });

        var lines = server.Output.Split('\n').Select(line => JsonElement.Parse(line)).ToArray();
        Assert.Contains(lines, line => line.GetProperty("Message").GetString() == "PDS_NOT_A_SETTING is not a setting of this server");

        // What a line belongs to: its request, and the trace that the request is part of.
        var refusal = Assert.Single(lines, line => line.GetProperty("Message").GetString()!.Contains("by password: refusal", StringComparison.Ordinal));
        var scopes = refusal.GetProperty("Scopes").EnumerateArray().ToArray();
        Assert.Contains(scopes, scope => Says(scope, "RequestPath", "/xrpc/com.atproto.server.createSession"));
        Assert.Contains(scopes, scope => scope.TryGetProperty("TraceId", out var trace) && trace.GetString()!.Length == 32);

        static bool Says(JsonElement scope, string name, string value) =>
            scope.TryGetProperty(name, out var property) && property.GetString() == value;
    }

    [Fact]
    public void A_secret_in_a_log_is_found()
    {
        KnownSecrets.Note("a password of this test", "Xq7-never-used-elsewhere");
        KnownSecrets.Note("a phrase of this test", "never said elsewhere, of several words");

        string[] lines =
        [
            "fine", "body={\"password\":\"Xq7-never-used-elsewhere\"}", "'never said elsewhere, of several words'",
            "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkaWQ6cGxjOmEifQ.dGhpcyBpcyBubyBzaWduYXR1cmU",
        ];

        Assert.Equal(3, KnownSecrets.FindIn(lines).Count());
    }

    private static async Task SignInAsync(PdsServer server, FakeService appView, MailSink mail)
    {
        using var alice = await TestAccount.CreateAsync(server);
        var password = KnownPassword("first");
        await server.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = alice.Handle, password });
        await server.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = alice.Handle, password = alice.Password });
        var app = (await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "logged" })).Ok();
        await server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = alice.Handle, password = app.Json.GetProperty("password").GetString() });
        await alice.QueryAsync("com.atproto.server.getServiceAuth", ("aud", appView.Did), ("lxm", "app.bsky.feed.getTimeline"));
        appView.Answer("app.bsky.actor.getSuggestions", new { actors = Array.Empty<string>() });
        (await alice.QueryAsync("app.bsky.actor.getSuggestions")).Ok();
        KnownSecrets.Note("service token", appView.CallOf(alice).Token);

        await alice.ProcedureAsync("com.atproto.server.requestPasswordReset", new { email = alice.Email });
        await alice.ProcedureAsync("com.atproto.server.resetPassword", new { token = KnownPassword("a code"), password });
        var code = await mail.NextCodeAsync(alice.Email);
        (await alice.ProcedureAsync("com.atproto.server.resetPassword", new { token = code, password = KnownPassword("next") })).Ok();

        alice.Token = alice.RefreshToken;
        await alice.ProcedureAsync("com.atproto.server.refreshSession");
        await alice.ProcedureAsync("com.atproto.server.refreshSession");
        alice.Token += "spoiled";
        await alice.ProcedureAsync("com.atproto.server.deleteSession");

        using var admin = new AdminClient(server);
        await admin.QueryAsync("com.atproto.admin.getAccountInfo", ("did", alice.Did));
        await admin.ProcedureAsync(
            "com.atproto.admin.updateAccountPassword", new { did = alice.Did, password = KnownPassword("by the administrator") });
    }

    private static async Task UseAppAsync(PdsServer server)
    {
        using var bob = await TestAccount.CreateAsync(server);
        using var app = OAuthApp.OnLoopback(server);
        var browser = await TestBrowser.StartAsync(server, bob);
        var code = await app.GetCodeAsync(browser, bob);
        KnownSecrets.Note("code", code);
        var tokens = OAuthTokens.Read(await app.ExchangeAsync(code));
        (await app.GetSessionAsync(tokens.Access)).Ok();
        await app.GetSessionAsync(tokens.Access + "AAAA");
        await app.ExchangeAsync(code);

        // The browser was signed out, for a code that comes twice is a theft.
        var again = await app.SignInAsync(await TestBrowser.StartAsync(server, bob), bob);
        var next = OAuthTokens.Read(await app.RefreshAsync(again.Refresh!));
        await app.RefreshAsync(again.Refresh!);
        await app.RevokeAsync(next.Refresh!);
        await app.PushAsync(parameters => parameters["code_challenge_method"] = "plain");
        KnownSecrets.Note("code verifier", app.Verifier);
    }

    private static async Task UsePagesAsync(PdsServer server)
    {
        using var carol = await TestAccount.CreateAsync(server);
        using var visitor = new PageVisitor(server);
        await visitor.GoAsync("/account/sign-in");
        await visitor.PressAsync("Sign in", ("identifier", carol.Handle.Value), ("password", KnownPassword("not hers")));
        await visitor.PressAsync("Sign in", ("identifier", carol.Handle.Value), ("password", carol.Password));
        await visitor.GoAsync("/account");
        Assert.Equal(200, visitor.Status);
    }

    private static string KnownPassword(string use)
    {
        var password = $"{use}-{Guid.NewGuid():N}".Replace(' ', '-');
        KnownSecrets.Note(use, password);
        return password;
    }

    // A provider of its own, so that what is set for other providers does not hold for it.
    private sealed class AllCapture(ConcurrentQueue<string> lines) : ILoggerProvider, ISupportExternalScope
    {
        private readonly LogCapture _capture = new(lines);

        public ILogger CreateLogger(string categoryName) => _capture.CreateLogger(categoryName);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _capture.SetScopeProvider(scopeProvider);

        public void Dispose() => _capture.Dispose();
    }
}
