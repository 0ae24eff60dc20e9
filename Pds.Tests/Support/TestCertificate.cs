using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pds.Tests.Support;

/// <summary>A certificate that nobody vouches for, by which the servers of the tests speak TLS.</summary>
internal static class TestCertificate
{
    public const string Subject = "CN=test";

    public static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest(Subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
