using Pds.Contracts.Auth;
using Pds.Modules.Auth.Mail;

namespace Pds.Modules.Auth.Handlers;

public static class RetryMailHandler
{
    public static Task<bool> HandleAsync(
        RetryMail command, MailDesk desk, CancellationToken cancellationToken) =>
        desk.RetryAsync(command.Id, cancellationToken);
}
