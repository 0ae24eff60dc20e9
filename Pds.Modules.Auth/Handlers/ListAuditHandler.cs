using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Handlers;

public static class ListAuditHandler
{
    public static Task<List<AuditEntry>> HandleAsync(
        ListAudit query, AuditStore audit, CancellationToken cancellationToken) =>
        audit.ListAsync(query, cancellationToken);
}
