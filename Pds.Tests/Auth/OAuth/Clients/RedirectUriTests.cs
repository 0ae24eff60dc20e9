using Pds.Modules.Auth.OAuth.Clients;

namespace Pds.Tests.Auth.OAuth.Clients;

public sealed class RedirectUriTests
{
    private static readonly ClientId App = ClientId.Parse("https://app.example.com/client.json", allowLocal: false);
    private static readonly ClientId LocalApp = ClientId.Parse("http://127.0.0.1:8080/client.json", allowLocal: true);

    [Theory]
    [InlineData("https://app.example.com/cb")]
    [InlineData("https://other.example.net:8443/cb?a=b")]
    public void An_https_URL_is_for_web_and_native_apps(string redirectUri)
    {
        Assert.Null(RedirectUriRules.FindProblem(redirectUri, App, isNative: false));
        Assert.Null(RedirectUriRules.FindProblem(redirectUri, App, isNative: true));
    }

    [Theory]
    [InlineData("http://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1:8080/cb")]
    [InlineData("http://[::1]/cb")]
    [InlineData("http://[::1]:8080")]
    public void A_loopback_URL_is_for_native_apps(string redirectUri)
    {
        Assert.Null(RedirectUriRules.FindProblem(redirectUri, App, isNative: true));
        AssertProblem("may lead to a loopback address only for native clients", redirectUri, isNative: false);
    }

    [Fact]
    public void A_private_use_scheme_is_the_reversed_host_of_a_native_app()
    {
        Assert.Null(RedirectUriRules.FindProblem("com.example.app:/cb", App, isNative: true));
        AssertProblem("may have a private-use scheme only for native clients", "com.example.app:/cb", isNative: false);
        AssertProblem("must have the host of client_id in reverse order as its scheme", "com.example.other:/cb");
        AssertProblem("must have the host of client_id in reverse order as its scheme", "app.example.com:/cb");
    }

    [Theory]
    [InlineData("com.example.app://cb")]
    [InlineData("com.example.app:cb")]
    [InlineData("com.example.app:///cb")]
    public void A_private_use_scheme_is_followed_by_one_slash(string redirectUri) =>
        AssertProblem("must have one slash after its private-use scheme", redirectUri);

    [Theory]
    [InlineData("app:/cb")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,a")]
    [InlineData("ftp://app.example.com/cb")]
    public void Other_schemes_are_refused(string redirectUri) =>
        AssertProblem("must be an https URL, or native a loopback URL or one of a private-use scheme", redirectUri);

    [Theory]
    [InlineData("http://localhost/cb")]
    [InlineData("http://localhost:8080/cb")]
    public void Localhost_is_refused(string redirectUri) =>
        AssertProblem("must not use localhost, but 127.0.0.1 or [::1]", redirectUri);

    [Theory]
    [InlineData("http://app.example.com/cb")]
    [InlineData("http://127.0.0.2/cb")]
    [InlineData("http://127.1/cb")]
    public void Plain_http_is_refused_elsewhere(string redirectUri) => AssertProblem("must use https", redirectUri);

    [Theory]
    [InlineData("https://localhost/cb")]
    [InlineData("https://127.0.0.1/cb")]
    [InlineData("https://[::1]/cb")]
    [InlineData("https://intranet/cb")]
    [InlineData("https://app.local/cb")]
    [InlineData("https://app.test/cb")]
    public void A_local_host_is_refused(string redirectUri) => AssertProblem("must not lead to a local host", redirectUri);

    [Theory]
    [InlineData("https://me@app.example.com/cb")]
    [InlineData("https://me:secret@app.example.com/cb")]
    [InlineData("https://@app.example.com/cb")]
    [InlineData("http://me@127.0.0.1/cb")]
    public void Credentials_are_refused(string redirectUri) => AssertProblem("must not contain credentials", redirectUri);

    [Theory]
    [InlineData("")]
    [InlineData("cb")]
    [InlineData("/")]
    [InlineData("/cb")]
    [InlineData("//app.example.com/cb")]
    [InlineData("https://app.example.com/cb#")]
    [InlineData("https://app.example.com/cb#a")]
    [InlineData("https://app.example.com\\cb")]
    [InlineData("https://app.example.com/a b")]
    [InlineData("https://app.example.com/a\r\nb")]
    [InlineData("https://app.example.com/\u00fc")]
    public void What_is_no_URL_without_fragment_is_refused(string redirectUri) =>
        AssertProblem("must be a URL without fragment", redirectUri);

    [Theory]
    [InlineData("http://127.0.0.1:8080/cb")]
    [InlineData("http://localhost:8080/cb")]
    public void In_development_a_web_app_on_this_machine_is_where_its_metadata_are(string redirectUri) =>
        Assert.Null(RedirectUriRules.FindProblem(redirectUri, LocalApp, isNative: false));

    [Theory]
    [InlineData("https://app.example.com/cb", "https://app.example.com/cb", true)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/cb/", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/CB", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/cb?a=b", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com:8443/cb", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com:443/cb", false)]
    [InlineData("com.example.app:/cb", "com.example.app:/cb2", false)]
    public void Redirect_URIs_are_compared_letter_by_letter(string registered, string asked, bool allowed) =>
        AssertAllowed(allowed, registered, asked);

    [Theory]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1", "http://127.0.0.1:8080/")]
    [InlineData("http://127.0.0.1/", "http://127.0.0.1:8080")]
    [InlineData("http://127.0.0.1/?a=b", "http://127.0.0.1:8080/?a=b")]
    [InlineData("http://[::1]/cb", "http://[::1]:65535/cb")]
    public void A_loopback_address_that_was_registered_without_a_port_allows_any(string registered, string asked) =>
        AssertAllowed(true, registered, asked);

    [Theory]
    [InlineData("http://127.0.0.1:8080/cb", "http://127.0.0.1:8081/cb")]
    [InlineData("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1:80/cb", "http://127.0.0.1:8080/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:8080/other")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb?a=b")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb#a")]
    [InlineData("http://127.0.0.1/cb", "http://[::1]:8080/cb")]
    [InlineData("http://127.0.0.1/cb", "https://127.0.0.1:8080/cb")]
    [InlineData("http://127.0.0.1/cb", "http://localhost:8080/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:80a/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example.com/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1.evil.example.com/cb")]
    [InlineData("http://127.0.0.1", "http://127.0.0.1:8080@evil.example.com")]
    public void Nothing_but_the_port_of_a_loopback_address_may_differ(string registered, string asked) =>
        AssertAllowed(false, registered, asked);

    private static void AssertProblem(string problem, string redirectUri, bool isNative = true) =>
        Assert.Equal(problem, RedirectUriRules.FindProblem(redirectUri, App, isNative));

    private static void AssertAllowed(bool allowed, string registered, string asked)
    {
        var client = LoopbackClient.Read(ClientId.Parse("http://localhost", allowLocal: false)) with { RedirectUris = [registered] };
        Assert.Equal(allowed, client.AllowsRedirect(asked));
    }
}
