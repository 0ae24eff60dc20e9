using Pds.Contracts.Auth;
using Pds.Modules.Auth.Mail;

namespace Pds.Modules.Auth.Handlers;

public static class DropMailHandler
{
    public static Task<bool> HandleAsync(
        DropMail command, MailDesk desk, CancellationToken cancellationToken) =>
        desk.DropAsync(command.Id, cancellationToken);
}
