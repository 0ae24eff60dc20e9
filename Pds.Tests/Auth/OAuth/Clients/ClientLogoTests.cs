using System.Text;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth.Clients;

public sealed class ClientLogoTests(PdsFixture pds) : IAsyncLifetime
{
    private OAuthClientHost _host = null!;
    private PdsServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await OAuthClientHost.StartAsync();
        _host.Metadata["logo_uri"] = _host.Origin + OAuthClientHost.LogoPath;
        _server = await pds.GetServerAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_logo_of_an_app_is_given_as_a_picture_and_nothing_else()
    {
        await PushAsync();

        var reply = await GetAsync();

        Assert.Equal(200, reply.Status);
        Assert.Equal("image/png", reply.Header("Content-Type"));
        Assert.Equal("nosniff", reply.Header("X-Content-Type-Options"));
        Assert.Equal("default-src 'none'; sandbox", reply.Header("Content-Security-Policy"));
        Assert.Contains("immutable", reply.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Equal(_host.Logo, reply.Body);
    }

    [Fact]
    public async Task A_browser_that_has_it_is_told_so()
    {
        await PushAsync();
        var tag = (await GetAsync()).Header("ETag")!;

        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);

        Assert.Equal(304, (await _server.Xrpc.SendAsync(request)).Status);
    }

    [Fact]
    public async Task The_logo_is_fetched_once_by_each_process()
    {
        await PushAsync();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => GetAsync()));

        Assert.Equal(_server.Replicas.Count, _host.CountOf(OAuthClientHost.LogoPath));
    }

    [Fact]
    public async Task Of_an_app_that_nobody_asked_for_there_is_none()
    {
        Assert.Equal(404, (await GetAsync()).Status);
        Assert.Equal(0, _host.CountOf(OAuthClientHost.MetadataPath));
        Assert.Equal(0, _host.CountOf(OAuthClientHost.LogoPath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?client_id=")]
    [InlineData("?client_id=http://localhost")]
    [InlineData("?client_id=not%20one")]
    public async Task Of_what_is_no_app_there_is_none(string query) =>
        Assert.Equal(404, (await _server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, ClientLogos.Path + query))).Status);

    [Fact]
    public async Task Of_an_app_that_names_none_there_is_none()
    {
        _host.Metadata.Remove("logo_uri");
        await PushAsync();

        Assert.Equal(404, (await GetAsync()).Status);
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    [InlineData("<!doctype html>")]
    [InlineData("")]
    public async Task What_is_no_picture_by_its_bytes_is_not_given_whatever_its_server_calls_it(string text)
    {
        _host.Logo = Encoding.UTF8.GetBytes(text);
        await PushAsync();

        Assert.Equal(404, (await GetAsync()).Status);
        Assert.Equal(1, _host.CountOf(OAuthClientHost.LogoPath));
    }

    [Fact]
    public async Task A_large_picture_is_not_given()
    {
        _host.Logo = [.. _host.Logo, .. new byte[ClientLogos.MaxLength]];
        await PushAsync();

        Assert.Equal(404, (await GetAsync()).Status);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _host.Instead[OAuthClientHost.LogoPath] = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        await PushAsync();

        Assert.Equal(404, (await GetAsync()).Status);
        Assert.Equal(0, _host.CountOf("/elsewhere"));
    }

    [Theory]
    [InlineData("89504E470D0A1A0A00", "image/png")]
    [InlineData("FFD8FFE000104A46", "image/jpeg")]
    [InlineData("474946383961", "image/gif")]
    [InlineData("474946383761", "image/gif")]
    [InlineData("52494646000000005745425056503820", "image/webp")]
    [InlineData("524946460000000057415645", null)]
    [InlineData("3C737667", null)]
    [InlineData("424D", null)]
    [InlineData("", null)]
    public void Pictures_are_known_by_their_first_bytes(string start, string? type) =>
        Assert.Equal(type, ImageType.Of(Convert.FromHexString(start)));

    [Fact]
    public async Task A_page_learns_of_a_path_that_changes_with_the_address()
    {
        await using var bench = await ClientBench.StartAsync();
        Assert.Null((await bench.GetAsync()).LogoPath);
        bench.Host.Metadata["logo_uri"] = "https://cdn.example.net/1.png";
        bench.Time.Advance(ClientDirectory.Kept);
        var first = (await bench.GetAsync()).LogoPath;
        bench.Host.Metadata["logo_uri"] = "https://cdn.example.net/2.png";
        bench.Time.Advance(ClientDirectory.Kept);

        var second = (await bench.GetAsync()).LogoPath;

        Assert.StartsWith($"/oauth/client-logo?client_id={Uri.EscapeDataString(bench.Host.ClientId)}&v=", first, StringComparison.Ordinal);
        Assert.NotEqual(first, second);
    }

    private string Path => $"{ClientLogos.Path}?client_id={Uri.EscapeDataString(_host.ClientId)}";

    private Task<XrpcReply> GetAsync() => _server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, Path));

    private async Task PushAsync()
    {
        using var app = OAuthApp.Of(_server, _host);
        await app.PushGoodAsync();
    }
}
