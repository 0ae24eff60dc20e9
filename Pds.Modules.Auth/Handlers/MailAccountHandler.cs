using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class MailAccountHandler
{
    public static Task HandleAsync(
        MailAccount command, Administration administration, CancellationToken cancellationToken) =>
        administration.MailAsync(command.Did, command.Subject, command.Html, cancellationToken);
}
