using Pds.Contracts.Auth;
using Pds.Modules.Auth.Mail;

namespace Pds.Modules.Auth.Handlers;

public static class ListDevelopmentMailsHandler
{
    public static IReadOnlyList<DevelopmentMail> Handle(ListDevelopmentMails query, DevelopmentMails mails) => mails.List();
}
