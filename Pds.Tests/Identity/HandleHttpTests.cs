using System.Net;
using System.Net.Sockets;
using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pds.Modules.Identity.Resolution;
using Pds.Tests.Support;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Tests.Identity;

public sealed class HandleHttpTests
{
    private const string SomeDid = "did:plc:z72i7hdynmk6r22z27h6tvur";

    [Theory]
    [InlineData("plain.example.com", SomeDid)]
    [InlineData("lines.example.com", SomeDid)]
    [InlineData("moved.example.com", SomeDid)]
    [InlineData("missing.example.com", null)]
    [InlineData("page.example.com", null)]
    [InlineData("endless.example.com", null)]
    [InlineData("round.example.com", null)]
    public async Task The_first_line_of_the_well_known_file_is_the_did(string handle, string? did)
    {
        await using var server = await StartAsync();
        var port = new Uri(server.Urls.First()).Port;

        // Every name leads to the one server, whose certificate is its own.
        using var http = new OutgoingHttp(new ServiceOptions(), handler =>
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, given, _, _) => given?.Subject == TestCertificate.Subject;
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            };
        });

        var found = await new HandleHttp(http).ResolveAsync(Handle.Parse(handle), TestContext.Current.CancellationToken);

        Assert.Equal(did, found?.Value);
    }

    private static async Task<WebApplication> StartAsync()
    {
        var certificate = TestCertificate.Create();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        app.MapGet("/.well-known/atproto-did", (HttpContext context) => context.Request.Host.Host switch
        {
            "plain.example.com" => Results.Text(SomeDid),
            "lines.example.com" => Results.Text($" {SomeDid} \r\nand more\n"),
            "moved.example.com" => Results.Redirect("https://plain.example.com/.well-known/atproto-did"),
            "page.example.com" => Results.Text("<html>"),
            "endless.example.com" => Results.Text(SomeDid + "\n" + new string('x', 600_000)),
            "round.example.com" => Results.Redirect("https://round.example.com/.well-known/atproto-did"),
            _ => Results.NotFound(SomeDid),
        });
        await app.StartAsync();
        return app;
    }
}
