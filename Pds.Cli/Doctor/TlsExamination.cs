using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Pds.Cli.Doctor;

/// <summary>Whether clients take the certificates of the server's name and of a handle, and for how long they will.</summary>
internal sealed class TlsExamination(TimeProvider time) : IExamination
{
    private const int FewDays = 14;
    private const int Port = 443;

    private const string Renew = "See why the proxy does not renew it: its log names the reason; port 80 must be open for most.";

    public string Name => "tls";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (patient.IsLocal)
        {
            yield return Symptom.Ok("localhost has no certificate");
            yield break;
        }

        yield return await LookAsync(patient, patient.Service.Hostname, cancellationToken);
        if (await patient.GetAccountAsync() is var (_, handle))
        {
            yield return await LookAsync(patient, handle.Value, cancellationToken);
        }
    }

    private async Task<Symptom> LookAsync(Patient patient, string name, CancellationToken cancellationToken)
    {
        X509Certificate2? shown = null;
        var errors = SslPolicyErrors.None;
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(patient.Connect ?? new DnsEndPoint(name, Port), cancellationToken);
            await using var plain = new NetworkStream(socket);
            await using var stream = new SslStream(plain);
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    RemoteCertificateValidationCallback = (sender, certificate, chain, found) =>
                    {
                        shown = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
                        errors = patient.Trusts(sender, certificate, chain, found) ? SslPolicyErrors.None : found;
                        return errors == SslPolicyErrors.None;
                    },
                },
                cancellationToken);
            return Judge(name, shown!, errors);
        }
        catch (AuthenticationException) when (shown is not null)
        {
            return Judge(name, shown, errors);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or SocketException)
        {
            return Symptom.Fail(
                $"{name} cannot be reached by TLS: {failure.Message}",
                "Is the proxy running, and port 443 open to the world? For certificates on demand it asks /tls-check of this server.");
        }
        finally
        {
            shown?.Dispose();
        }
    }

    private Symptom Judge(string name, X509Certificate2 certificate, SslPolicyErrors errors)
    {
        var days = (int)Math.Floor((certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime).TotalDays);
        var until = certificate.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return days < 0 ? Symptom.Fail($"the certificate of {name} ran out on {until}", Renew)
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                ? Symptom.Fail($"{name} shows a certificate for {certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)}", "Get one for this name.")
            : errors != SslPolicyErrors.None
                ? Symptom.Fail($"clients do not trust the certificate of {name}", "Get one of an authority that browsers know, with its intermediates.")
            : days < FewDays ? Symptom.Warn($"the certificate of {name} runs out on {until}, in {days} days", Renew)
            : Symptom.Ok($"the certificate of {name} is good until {until}");
    }
}
