using System.Net.Sockets;
using System.Runtime.CompilerServices;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Pds.Cli.Doctor;

/// <summary>Whether the mail server takes this server's mail.</summary>
internal sealed class MailExamination : IExamination
{
    public string Name => "mail";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (patient.Mail.Route?.Server is not { } url)
        {
            yield return Symptom.Warn(
                "no mail is sent: lost passwords cannot be reset by their owners", "Set PDS_EMAIL_SMTP_URL and PDS_EMAIL_FROM_ADDRESS.");
            yield break;
        }

        yield return await TryAsync(patient, url, cancellationToken);
    }

    private static async Task<Symptom> TryAsync(Patient patient, Uri url, CancellationToken cancellationToken)
    {
        var isTls = url.Scheme == "smtps";
        var port = url.Port > 0 ? url.Port : isTls ? 465 : 587;
        using var client = new SmtpClient();
        try
        {
            await client.ConnectAsync(
                url.Host, port, isTls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTlsWhenAvailable, cancellationToken);
            if (url.UserInfo.Split(':', 2) is [{ Length: > 0 } user, var password])
            {
                await client.AuthenticateAsync(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), cancellationToken);
            }

            if (patient.MailTo is { } to)
            {
                using var message = new MimeMessage { Subject = $"Mail of {patient.Service.Hostname} arrives" };
                message.From.Add(MailboxAddress.Parse(patient.Mail.FromAddress!));
                message.To.Add(MailboxAddress.Parse(to));
                message.Body = new TextPart("plain") { Text = "pds doctor has sent this to see whether it arrives." };
                await client.SendAsync(message, cancellationToken);
            }

            await client.DisconnectAsync(quit: true, cancellationToken);
            return !client.IsSecure && !isTls && !IsLoopback(url.Host) && url.UserInfo.Length > 0
                ? Symptom.Warn($"{url.Host} takes the password without encryption", "Use smtps:, or a server that offers STARTTLS.")
                : Symptom.Ok(patient.MailTo is null ? $"{url.Host}:{port} takes mail; --send-to sends one" : $"{url.Host}:{port} has taken a mail to {patient.MailTo}");
        }
        catch (AuthenticationException)
        {
            return Symptom.Fail($"{url.Host} does not take the user and password", "Correct PDS_EMAIL_SMTP_URL; characters such as @ and : are written %40 and %3A.");
        }
        catch (Exception failure) when (failure is SocketException or IOException or ProtocolException or CommandException
            or SslHandshakeException or ParseException)
        {
            return Symptom.Fail($"{url.Host}:{port}: {failure.Message}", "Correct PDS_EMAIL_SMTP_URL; many providers of machines close port 25, 465 or 587.");
        }
    }

    private static bool IsLoopback(string host) => host is "localhost" or "127.0.0.1" or "::1";
}
