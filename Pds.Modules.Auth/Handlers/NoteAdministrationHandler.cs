using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Handlers;

public static class NoteAdministrationHandler
{
    public static Task HandleAsync(NoteAdministration command, AuditStore audit, CancellationToken cancellationToken) =>
        audit.AddAsync(command, cancellationToken);
}
