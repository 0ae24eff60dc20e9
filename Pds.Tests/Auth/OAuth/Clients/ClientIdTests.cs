using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Clients;

namespace Pds.Tests.Auth.OAuth.Clients;

public sealed class ClientIdTests
{
    [Theory]
    [InlineData("https://app.example.com/client-metadata.json", "app.example.com")]
    [InlineData("https://app.example.com/a/b?c=d", "app.example.com")]
    [InlineData("https://xn--bcher-kva.example.com/client", "xn--bcher-kva.example.com")]
    [InlineData("http://localhost", "localhost")]
    [InlineData("http://localhost/", "localhost")]
    [InlineData("http://localhost?scope=atproto", "localhost")]
    [InlineData("http://localhost/?scope=atproto", "localhost")]
    public void People_are_shown_the_host(string text, string host) => Assert.Equal(host, ClientId.Parse(text, allowLocal: false).Host);

    [Theory]
    [InlineData("http://localhost")]
    [InlineData("http://localhost/?redirect_uri=x")]
    public void Localhost_without_port_and_path_is_a_loopback_id(string text) =>
        Assert.True(ClientId.Parse(text, allowLocal: false).IsLoopback);

    [Theory]
    [InlineData("")]
    [InlineData("https://app.example.com/a b")]
    [InlineData("https://app.example.com/\u00fc")]
    [InlineData("https://b\u00fccher.example.com/a")]
    public void An_id_is_printable_ASCII(string text) => AssertRefused(text);

    [Fact]
    public void An_id_has_at_most_2048_characters() =>
        AssertRefused("https://app.example.com/".PadRight(ClientId.MaxLength + 1, 'a'), "client_id must have 1 to 2048 characters");

    [Theory]
    [InlineData("app.example.com/client")]
    [InlineData("/client")]
    public void An_id_is_a_URL(string text) => AssertRefused(text, allowLocal: true);

    [Theory]
    [InlineData("http://app.example.com/client")]
    [InlineData("ftp://app.example.com/client")]
    [InlineData("javascript:alert(1)")]
    public void An_id_is_https(string text) => AssertRefused(text, "client_id must be an https URL", allowLocal: true);

    [Theory]
    [InlineData("https://app.example.com/client#")]
    [InlineData("https://app.example.com/client#a")]
    [InlineData("http://localhost/#a")]
    [InlineData("http://localhost?scope=atproto#a")]
    public void An_id_has_no_fragment(string text) => AssertRefused(text, "client_id must not have a fragment", allowLocal: true);

    [Theory]
    [InlineData("https://me@app.example.com/client")]
    [InlineData("https://me:secret@app.example.com/client")]
    [InlineData("https://@app.example.com/client")]
    public void An_id_has_no_credentials(string text) => AssertRefused(text, "client_id must not contain credentials");

    [Theory]
    [InlineData("https://app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/?a=b")]
    public void An_id_has_a_path(string text) => AssertRefused(text, "client_id must have a path");

    [Fact]
    public void The_path_does_not_end_with_a_slash() =>
        AssertRefused("https://app.example.com/client/", "The path of client_id must not end with a slash");

    [Theory]
    [InlineData("https://93.184.215.14/client")]
    [InlineData("https://[2606:2800:21f::1]/client")]
    [InlineData("https://127.0.0.1/client")]
    [InlineData("https://2130706433/client")]
    public void The_host_is_no_IP_address(string text) =>
        AssertRefused(text, "The host of client_id must be a name, not an IP address");

    [Theory]
    [InlineData("https://localhost/client")]
    [InlineData("https://intranet/client")]
    [InlineData("https://app.local/client")]
    [InlineData("https://app.test/client")]
    [InlineData("https://app.example/client")]
    [InlineData("https://app.invalid/client")]
    [InlineData("https://app.localhost/client")]
    [InlineData("https://app.internal/client")]
    [InlineData("https://app.example.com./client")]
    public void The_host_is_no_local_or_reserved_name(string text) =>
        AssertRefused(text, "The host of client_id must not be a local or reserved name", allowLocal: true);

    [Fact]
    public void There_is_no_port() => AssertRefused("https://app.example.com:8443/client", "client_id must not have a port");

    [Theory]
    [InlineData("https://app.example.com:443/client")]
    [InlineData("HTTPS://app.example.com/client")]
    [InlineData("https://App.example.com/client")]
    [InlineData("https://app.example.com/a/../client")]
    [InlineData("https://app.example.com/./client")]
    [InlineData("https://app.example.com/a\\client")]
    [InlineData("https:/app.example.com/client")]
    public void An_id_is_in_its_canonical_form(string text) => AssertRefused(text);

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("http://localhost:8080/?scope=atproto")]
    [InlineData("http://localhost/path")]
    [InlineData("http://localhost//")]
    [InlineData("http://localhost:80/")]
    public void A_loopback_id_has_neither_port_nor_path(string text) =>
        AssertRefused(text, "A loopback client_id is http://localhost without port and path");

    [Theory]
    [InlineData("http://localhost:8080/client-metadata.json", "localhost:8080")]
    [InlineData("http://127.0.0.1:8080/client-metadata.json", "127.0.0.1:8080")]
    [InlineData("http://[::1]:8080/client-metadata.json", "[::1]:8080")]
    [InlineData("https://app.example.com:8443/client", "app.example.com:8443")]
    public void In_development_metadata_may_come_from_this_machine_and_from_any_port(string text, string host)
    {
        Assert.Equal(host, ClientId.Parse(text, allowLocal: true).Host);
        AssertRefused(text);
    }

    [Theory]
    [InlineData("http://10.0.0.1:8080/client")]
    [InlineData("http://app.example.com:8080/client")]
    public void In_development_other_machines_still_need_https(string text) => AssertRefused(text, allowLocal: true);

    private static void AssertRefused(string text, string? message = null, bool allowLocal = false)
    {
        var refusal = Assert.Throws<OAuthException>(() => ClientId.Parse(text, allowLocal));
        Assert.Equal((400, "invalid_client_id"), (refusal.Status, refusal.Error));
        Assert.Equal(message ?? refusal.Message, refusal.Message);
    }
}
