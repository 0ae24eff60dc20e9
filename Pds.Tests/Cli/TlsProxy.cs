using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pds.LocalServices;

namespace Pds.Tests.Cli;

/// <summary>What stands in front of a server: it has a certificate of an authority of its own, and lets no WebSocket through.</summary>
internal sealed class TlsProxy : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsProxy(WebApplication app, int port, string authorityFile) => (_app, Port, AuthorityFile) = (app, port, authorityFile);

    public int Port { get; }

    /// <summary>The certificate of the authority.</summary>
    public string AuthorityFile { get; }

    public static async Task<TlsProxy> StartAsync(string name, TimeSpan validFor, string answersAs)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=An authority of the tests", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var authority = request.CreateSelfSigned(now.AddDays(-2), now.AddYears(1));
        var file = Path.Combine(Path.GetTempPath(), $"pds-authority-{Guid.NewGuid():N}.crt");
        await File.WriteAllTextAsync(file, authority.ExportCertificatePem(), TestContext.Current.CancellationToken);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var own = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        own.CertificateExtensions.Add(names.Build());
        using var issued = own.Create(authority, now.AddDays(-1), now + validFor, RandomNumberGenerator.GetBytes(8));
        var certificate = X509CertificateLoader.LoadPkcs12(issued.CopyWithPrivateKey(key).Export(X509ContentType.Pkcs12), null);

        var port = LoopbackPort.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        app.MapGet("/xrpc/com.atproto.server.describeServer", () => Results.Json(new Dictionary<string, string> { ["did"] = answersAs }));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TlsProxy(app, port, file);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        File.Delete(AuthorityFile);
    }
}
