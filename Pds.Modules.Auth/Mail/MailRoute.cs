using System.Web;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Pds.Modules.Auth.Mail;

/// <summary>A mail server and the sender that it knows.</summary>
/// <param name="Server">
/// <c>smtp:</c> or <c>smtps:</c>; its query may hold what the reference server's mailer understands: <c>requireTLS=true</c> or
/// <c>ignoreTLS=true</c>.
/// </param>
public sealed record MailRoute(Uri Server, MailboxAddress Sender)
{
    private const int DefaultPort = 587;
    private const int DefaultTlsPort = 465;

    /// <summary>Null when there is none, or one that cannot be read.</summary>
    public static MailRoute? Of(string? server, string? sender) =>
        Uri.TryCreate(server, UriKind.Absolute, out var url) && url.Scheme is "smtp" or "smtps" && url.Host.Length > 0
        && sender is not null && MailboxAddress.TryParse(sender, out var mailbox) && mailbox.Address.Contains('@', StringComparison.Ordinal)
            ? new MailRoute(url!, mailbox)
            : null;

    /// <summary>Hands a mail over.</summary>
    public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var client = new SmtpClient();
        var query = HttpUtility.ParseQueryString(Server.Query);
        var isTls = Server.Scheme == "smtps";
        var security = isTls ? SecureSocketOptions.SslOnConnect
            : query["ignoreTLS"] == "true" ? SecureSocketOptions.None
            : query["requireTLS"] == "true" ? SecureSocketOptions.StartTls
            : SecureSocketOptions.StartTlsWhenAvailable;
        var port = Server.Port > 0 ? Server.Port : isTls ? DefaultTlsPort : DefaultPort;
        await client.ConnectAsync(Server.Host, port, security, cancellationToken);
        if (Server.UserInfo.Split(':', 2) is [{ Length: > 0 } user, var password])
        {
            await client.AuthenticateAsync(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), cancellationToken);
        }

        await client.SendAsync(message, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
    }
}
