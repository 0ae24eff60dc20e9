using Pds.Contracts.Auth;
using Pds.Modules.Auth.Mail;

namespace Pds.Modules.Auth.Handlers;

public static class ListMailHandler
{
    public static Task<MailOverview> HandleAsync(
        ListMail query, MailDesk desk, CancellationToken cancellationToken) =>
        desk.ListAsync(query.Limit, cancellationToken);
}
