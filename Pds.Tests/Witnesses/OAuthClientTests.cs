using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Pds.LocalServices;
using Pds.Tests.Support;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Tests.Witnesses;

/// <summary>OAuth clients from npm, unchanged, and a person with Chromium on the real pages.</summary>
public sealed class OAuthClientTests(PdsFixture pds)
{
    // Web apps live at a public name; here it leads to the witness, for the server as for the browser.
    private const string AppHost = "apps.of-witnesses.com";
    private const string PublicHost = "pds.of-witnesses.com";

    [Theory]
    [InlineData("oauth-node.mjs", 14)]
    [InlineData("oauth-browser.mjs", 4)]
    [InlineData("passkey.mjs", 3)]
    public Task Says_that_all_is_well(string script, int steps) => RunAsync(script, steps, []);

    [Theory]
    [InlineData("oauth-atcute.mjs", 3)]
    public Task Says_that_all_is_well_behind_a_proxy_with_a_certificate(string script, int steps) =>
        RunAsync(script, steps, new() { ["PDS_HOSTNAME"] = PublicHost });

    private async Task RunAsync(string script, int steps, Dictionary<string, string> settings)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        var folder = Directory.CreateTempSubdirectory("pds-witness-");
        try
        {
            var port = LoopbackPort.Free();
            var certificate = WriteCertificate(folder.FullName);
            await using var server = await pds.StartServerAsync(
                settings,
                configureServices: services => LeadHere(services, port, certificate));

            var printed = await NodeWitness.RunAsync(
                script,
                new Dictionary<string, string>
                {
                    ["PDS_URL"] = $"http://localhost:{server.Url.Port}",
                    ["PLC_URL"] = server.PlcUrl.AbsoluteUri,
                    ["PDS_HOST"] = PublicHost,
                    ["APP_HOST"] = AppHost,
                    ["APP_PORT"] = $"{port}",
                    ["APP_CERT"] = Path.Combine(folder.FullName, "cert.pem"),
                    ["APP_KEY"] = Path.Combine(folder.FullName, "key.pem"),
                },
                limit.Token);

            Assert.Equal(steps, printed.Split('\n').Count(line => line.StartsWith("ok - ", StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void LeadHere(IServiceCollection services, int port, string certificate) => services.AddSingleton(provider => new OutgoingHttp(
        provider.GetRequiredService<ServiceOptions>(),
        handler =>
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate,
            };
            handler.ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                EndPoint target = context.DnsEndPoint.Host == AppHost
                    ? new IPEndPoint(IPAddress.Loopback, port)
                    : context.DnsEndPoint;
                await socket.ConnectAsync(target, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }));

    private static string WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={AppHost}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate.GetCertHashString();
    }
}
