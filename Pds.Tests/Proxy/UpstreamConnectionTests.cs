using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Proxy;
using Pds.Modules.Proxy.Forwarding;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Proxy;

/// <summary>How services are reached.</summary>
public sealed class UpstreamConnectionTests(PdsFixture pds)
{
    private const string Method = "app.bsky.feed.searchPosts";

    [Theory]
    [InlineData("true", "HTTP/2", 1)]
    [InlineData("false", "HTTP/1.1", 24)]
    public async Task Questions_share_a_connection_where_the_service_speaks_HTTP_2(string allowed, string protocol, int mostConnections)
    {
        using var certificate = TestCertificate.Create();
        await using var service = await FakeService.StartAsync(certificate);
        var settings = service.AsAppView();
        settings["PDS_PROXY_ALLOW_HTTP2"] = allowed;
        await using var server = await pds.StartServerAsync(settings, configureServices: services => services.AddSingleton(provider =>
            new UpstreamHttp(
                provider.GetRequiredService<ServiceOptions>(), provider.GetRequiredService<ProxyOptions>(),
                handler => handler.SslOptions.RemoteCertificateValidationCallback =
                    (_, given, _, _) => given?.GetCertHashString() == certificate.GetCertHashString())));
        using var account = await TestAccount.CreateAsync(server);
        var seen = new ConcurrentQueue<(string Protocol, string Connection)>();
        service.Answer(Method, (context, _) =>
        {
            seen.Enqueue((context.Request.Protocol, context.Connection.Id));
            return context.Response.WriteAsJsonAsync(new { });
        });
        (await account.QueryAsync(Method)).Ok();

        await Task.WhenAll(Enumerable.Range(0, 24).Select(async _ => (await account.QueryAsync(Method)).Ok()));

        Assert.Equal([protocol], seen.Select(call => call.Protocol).Distinct());
        Assert.InRange(seen.Select(call => call.Connection).Distinct().Count(), 1, mostConnections * server.Replicas.Count);
    }
}
