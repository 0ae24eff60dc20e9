using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Tests.Xrpc;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("64:ff9b::127.0.0.1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2002:a00:1::", false)]
    public void Only_addresses_of_the_public_internet_are_public(string address, bool expected) =>
        Assert.Equal(expected, PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task The_guarded_clients_reach_no_server_on_this_machine_and_read_no_more_than_they_may()
    {
        await using var server = await StartAsync();
        using var guarded = new OutgoingHttp(new ServiceOptions());
        using var open = new OutgoingHttp(new ServiceOptions { DevMode = true, FetchMaxResponseSize = 2000 });
        var cancellationToken = TestContext.Current.CancellationToken;
        var url = new Uri(server.Urls.First());
        var byName = new Uri($"http://localhost:{url.Port}/small");

        foreach (var client in new[] { guarded.Foreign, guarded.ForeignFollowing })
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(url, "/small"), cancellationToken));
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(byName, cancellationToken));
        }

        Assert.Equal("small", await guarded.Configured.GetStringAsync(new Uri(url, "/small"), cancellationToken));
        Assert.Equal("small", await open.Foreign.GetStringAsync(new Uri(url, "/small"), cancellationToken));
        Assert.Equal("small", await open.ForeignFollowing.GetStringAsync(new Uri(url, "/redirect"), cancellationToken));
        using var redirect = await open.Foreign.GetAsync(new Uri(url, "/redirect"), cancellationToken);
        Assert.Equal(HttpStatusCode.Found, redirect.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => open.Foreign.GetStringAsync(new Uri(url, "/large"), cancellationToken));
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGet("/small", () => "small");
        app.MapGet("/large", () => new string('x', 2001));
        app.MapGet("/redirect", () => Results.Redirect("/small"));
        await app.StartAsync();
        return app;
    }
}
