using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Clients;

namespace Pds.Tests.Auth.OAuth.Clients;

public sealed class LoopbackClientTests
{
    [Fact]
    public void Without_parameters_it_asks_for_atproto_and_comes_back_to_either_address()
    {
        var client = Read("http://localhost");

        Assert.Equal(["atproto"], client.Scopes);
        Assert.Equal(["http://127.0.0.1/", "http://[::1]/"], client.RedirectUris);
    }

    [Fact]
    public void It_is_a_native_public_app_of_no_identity_that_nobody_vouches_for()
    {
        var client = Read("http://localhost/");

        Assert.Equal(("native", "localhost", true), (client.ApplicationType, client.Host, client.IsLoopback));
        Assert.Equal(["authorization_code", "refresh_token"], client.GrantTypes);
        Assert.False(client.IsConfidential || client.IsTrusted);
        Assert.Null(client.Keys);
    }

    [Theory]
    [InlineData("http://localhost?scope=atproto+repo:*&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb")]
    [InlineData("http://localhost/?redirect_uri=http://127.0.0.1/cb&scope=atproto%20repo%3A*")]
    public void Its_id_brings_scope_and_redirect_URIs(string id)
    {
        var client = Read(id);

        Assert.Equal(["atproto", "repo:*"], client.Scopes.Order());
        Assert.Equal(["http://127.0.0.1/cb"], client.RedirectUris);
    }

    [Fact]
    public void It_may_have_several_redirect_URIs() => Assert.Equal(
        ["http://127.0.0.1/a", "http://[::1]:8080/b?c=d"],
        Read("http://localhost?redirect_uri=http://127.0.0.1/a&redirect_uri=http%3A%2F%2F%5B%3A%3A1%5D%3A8080%2Fb%3Fc%3Dd").RedirectUris);

    [Theory]
    [InlineData("client_name=a")]
    [InlineData("scope=atproto&application_type=web")]
    [InlineData("Scope=atproto")]
    [InlineData("a")]
    public void Other_parameters_are_refused(string query) =>
        AssertRefused(query, "A loopback client_id may have the parameters scope and redirect_uri only");

    [Fact]
    public void A_second_scope_parameter_is_refused() =>
        AssertRefused("scope=atproto&scope=atproto", "A loopback client_id may have one scope parameter only");

    [Theory]
    [InlineData("scope=transition:generic", "must contain atproto")]
    [InlineData("scope=atproto+atproto", "must not name a scope twice")]
    [InlineData("scope=", "must be a list of scopes, each separated from the next by one space")]
    [InlineData("scope=atproto++repo:*", "must be a list of scopes, each separated from the next by one space")]
    public void The_scope_is_judged_like_that_of_any_app(string query, string problem) =>
        AssertRefused(query, $"The scope of a loopback client_id {problem}");

    [Theory]
    [InlineData("http://localhost/cb")]
    [InlineData("https://127.0.0.1/cb")]
    [InlineData("http://127.0.0.2/cb")]
    [InlineData("http://2130706433/cb")]
    [InlineData("https://app.example.com/cb")]
    [InlineData("com.example.app:/cb")]
    [InlineData("http://me@127.0.0.1/cb")]
    [InlineData("http://127.0.0.1@app.example.com/cb")]
    [InlineData("http://127.0.0.1/cb#a")]
    [InlineData("http://127.0.0.1\\@app.example.com/cb")]
    [InlineData("")]
    public void A_redirect_URI_that_leads_elsewhere_is_refused(string redirectUri) => AssertRefused(
        $"redirect_uri={Uri.EscapeDataString(redirectUri)}",
        "Each redirect_uri of a loopback client_id must begin with http://127.0.0.1 or http://[::1]");

    private static OAuthClient Read(string id) => LoopbackClient.Read(ClientId.Parse(id, allowLocal: false));

    private static void AssertRefused(string query, string message)
    {
        var refusal = Assert.Throws<OAuthException>(() => Read($"http://localhost/?{query}"));
        Assert.Equal(("invalid_client_id", message), (refusal.Error, refusal.Message));
    }
}
