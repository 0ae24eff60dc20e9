using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Auth;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth.OAuth;

public sealed class AuthorizationTests(PdsFixture pds) : LoopbackAppTests(pds)
{
    [Theory]
    [InlineData(null, '?')]
    [InlineData("query", '?')]
    [InlineData("fragment", '#')]
    public async Task The_answer_goes_to_the_app_with_issuer_and_state(string? mode, char separator)
    {
        var requestUri = await ApproveAsync(parameters => parameters["response_mode"] = mode);

        var page = await Browser.OpenAsync(App, requestUri);

        Assert.StartsWith($"{App.RedirectUri}{separator}", page.Reply.Header("Location"), StringComparison.Ordinal);
        Assert.Equal((App.Issuer, "the state"), (page.Answer("iss"), page.Answer("state")));
        Assert.Matches("^cod-[0-9a-f]{64}$", page.Answer("code"));
        Assert.Equal("no-store", page.Reply.Header("Cache-Control"));
    }

    [Fact]
    public async Task The_answer_may_be_a_form_that_sends_itself_by_the_one_script_that_may_run()
    {
        var requestUri = await ApproveAsync(parameters => parameters["response_mode"] = "form_post");

        var reply = (await Browser.OpenAsync(App, requestUri)).Reply.Ok();
        var html = System.Text.Encoding.UTF8.GetString(reply.Body);
        var script = html.Split("<script>")[1].Split("</script>")[0];
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(script)));

        var policy = reply.Header("Content-Security-Policy")!;
        Assert.Contains($"script-src 'sha256-{hash}'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action http://127.0.0.1:8080;", policy, StringComparison.Ordinal);
        Assert.Contains($"action=\"{App.RedirectUri}\"", html, StringComparison.Ordinal);
        Assert.Contains("name=\"code\" value=\"cod-", html, StringComparison.Ordinal);
        Assert.Contains("name=\"iss\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_uri_serves_once()
    {
        var requestUri = await ApproveAsync();
        (await Browser.OpenAsync(App, requestUri)).Answer("code");

        AssertRefused("access_denied", await Browser.OpenAsync(App, requestUri));
    }

    [Fact]
    public async Task A_request_that_was_opened_elsewhere_is_refused_and_gone()
    {
        var other = await TestBrowser.StartAsync(Server);
        var requestUri = await App.PushGoodAsync();
        Assert.True((await Browser.OpenAsync(App, requestUri)).IsAsking);

        AssertRefused("access_denied", await other.OpenAsync(App, requestUri));

        AssertUnknown(await Browser.OpenAsync(App, requestUri));
    }

    [Fact]
    public async Task A_request_of_another_app_is_not_shown_and_gone()
    {
        using var other = new OAuthApp(Server, "http://localhost", "http://127.0.0.1/");
        var requestUri = await App.PushGoodAsync();

        AssertUnknown(await Browser.OpenAsync(other, requestUri));

        AssertUnknown(await Browser.OpenAsync(App, requestUri));
    }

    [Fact]
    public async Task A_request_waits_five_minutes_after_it_was_opened_last()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await World.StartServerAsync(time: time);
        using var app = OAuthApp.OnLoopback(server);
        using var bob = await TestAccount.CreateAsync(server);
        var browser = await TestBrowser.StartAsync(server, bob);
        app.Key.Time = time;
        var requestUri = await app.PushGoodAsync();

        time.Advance(TimeSpan.FromMinutes(4));
        Assert.True((await browser.OpenAsync(app, requestUri)).IsAsking);
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.True((await browser.OpenAsync(app, requestUri)).IsAsking);
        time.Advance(TimeSpan.FromMinutes(5));

        AssertRefused("access_denied", await browser.OpenAsync(app, requestUri));
    }

    [Fact]
    public async Task What_the_person_denies_the_app_is_told()
    {
        var requestUri = await OpenAsync();
        await Server.InvokeAsync(new DenyAuthorization(App.ClientId, requestUri, Browser.DeviceId));

        var page = await Browser.OpenAsync(App, requestUri);

        AssertRefused("access_denied", page);
        Assert.Equal("The user rejected the request", page.Answer("error_description"));
        Assert.Equal((App.Issuer, "the state"), (page.Answer("iss"), page.Answer("state")));
        AssertUnknown(await Browser.OpenAsync(App, requestUri));
    }

    [Fact]
    public async Task Parameters_have_to_be_pushed()
    {
        var reply = await Server.Xrpc.SendAsync(new HttpRequestMessage(
            HttpMethod.Get,
            $"/oauth/authorize?client_id={Uri.EscapeDataString(App.ClientId)}&response_type=code&redirect_uri={Uri.EscapeDataString(App.RedirectUri)}"));

        AssertUnknown(new PageReply(reply));
    }

    [Theory]
    [InlineData("Sec-Fetch-Mode", "cors")]
    [InlineData("Sec-Fetch-Dest", "iframe")]
    [InlineData("Sec-Fetch-Site", "elsewhere")]
    [InlineData("Origin", "https://example.com")]
    public async Task The_page_is_only_ever_navigated_to(string header, string value)
    {
        var requestUri = await App.PushGoodAsync();

        AssertUnknown(await Browser.OpenAsync(App, requestUri, header: (header, value)));

        Assert.True((await Browser.OpenAsync(App, requestUri, header: ("Sec-Fetch-Mode", "navigate"))).IsAsking);
    }

    [Fact]
    public async Task Nobody_is_chosen_who_is_not_signed_in()
    {
        using var bob = await World.CreateAccountAsync();
        var requestUri = await OpenAsync();

        Assert.False(await Browser.ChooseAsync(App, requestUri, bob.Did));
        Assert.True(await Browser.ChooseAsync(App, requestUri, Alice.Did));
    }

    [Fact]
    public async Task Whom_the_app_names_nobody_else_answers_for()
    {
        using var bob = await World.CreateAccountAsync();
        await Browser.SignInAsync(bob);
        var requestUri = await OpenAsync(parameters => parameters["login_hint"] = Alice.Handle.Value.ToUpperInvariant());

        Assert.False(await Browser.ChooseAsync(App, requestUri, bob.Did));
        var pending = await FindAsync(requestUri);
        Assert.Equal((Alice.Did, Alice.Handle.Value, true), (pending!.Account!.Did, pending.LoginHint, pending.IsLoginHintFixed));
    }

    [Fact]
    public async Task After_prompt_login_an_old_sign_in_does_not_do()
    {
        var requestUri = await OpenAsync(parameters => parameters["prompt"] = "login");
        Assert.False(await Browser.ChooseAsync(App, requestUri, Alice.Did));

        await Browser.SignInAsync(Alice);

        Assert.True(await Browser.ChooseAsync(App, requestUri, Alice.Did));
    }

    [Theory]
    [InlineData(null, "consent")]
    [InlineData("consent", "consent")]
    [InlineData("select_account", "consent")]
    [InlineData("login", "login consent")]
    [InlineData("create", "create")]
    public async Task An_app_that_does_not_authenticate_always_asks_for_consent_unless_an_account_is_made(string? prompt, string kept)
    {
        var requestUri = await OpenAsync(parameters => parameters["prompt"] = prompt);

        Assert.Equal(kept, (await FindAsync(requestUri))!.Prompt);
    }

    [Fact]
    public async Task More_than_was_asked_for_is_not_granted_nor_anything_without_atproto()
    {
        var requestUri = await OpenAsync();
        await Browser.ChooseAsync(App, requestUri, Alice.Did);

        await Assert.ThrowsAsync<XrpcException>(() => ApproveAsync(requestUri, "atproto", "transition:email"));
        await Assert.ThrowsAsync<XrpcException>(() => ApproveAsync(requestUri, "transition:generic"));
    }

    [Fact]
    public async Task An_app_on_the_persons_own_machine_asks_each_time()
    {
        (await Browser.OpenAsync(App, await ApproveAsync())).Answer("code");

        var requestUri = await OpenAsync(parameters => parameters["login_hint"] = Alice.Did.Value);

        Assert.Equal(Alice.Did, (await FindAsync(requestUri))!.Account!.Did);
        Assert.True((await Browser.OpenAsync(App, requestUri)).IsAsking);
    }

    private async Task<string> OpenAsync(Action<Dictionary<string, string?>>? change = null)
    {
        var requestUri = await App.PushGoodAsync(change);
        Assert.True((await Browser.OpenAsync(App, requestUri)).IsAsking);
        return requestUri;
    }

    private async Task<string> ApproveAsync(Action<Dictionary<string, string?>>? change = null)
    {
        var requestUri = await OpenAsync(change);
        Assert.True(await Browser.ChooseAsync(App, requestUri, Alice.Did));
        await ApproveAsync(requestUri, OAuthApp.Scope.Split(' '));
        return requestUri;
    }

    private Task ApproveAsync(string requestUri, params string[] scopes) =>
        Server.InvokeAsync(new ApproveAuthorization(App.ClientId, requestUri, Browser.DeviceId, scopes));

    private Task<PendingAuthorization?> FindAsync(string requestUri) =>
        Server.InvokeAsync<PendingAuthorization?>(new GetAuthorization(App.ClientId, requestUri, Browser.DeviceId));

    private static void AssertRefused(string error, PageReply page) => Assert.Equal(error, page.Answer("error"));

    // Nothing goes to the app, for it may not be the app.
    private static void AssertUnknown(PageReply page)
    {
        Assert.Equal(400, page.Reply.Status);
        Assert.Null(page.Reply.Header("Location"));
        Assert.DoesNotContain("openiddict", page.Reply.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
