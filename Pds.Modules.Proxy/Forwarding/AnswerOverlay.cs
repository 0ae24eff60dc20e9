using Microsoft.AspNetCore.Http;
using Pds.Contracts.Repo;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>What may be laid over a service's answer before it is passed on.</summary>
internal abstract class AnswerOverlay
{
    /// <summary>What the service has not seen yet; null when that is nothing.</summary>
    /// <param name="rev">The revision that it has seen.</param>
    public abstract ValueTask<RecentRecords?> FindAsync(HttpContext context, string rev, CancellationToken cancellationToken);

    /// <summary>Writes the answer.</summary>
    /// <param name="body">The service's, decoded.</param>
    public abstract Task WriteAsync(
        HttpContext context, ReadOnlyMemory<byte> body, RecentRecords local, CancellationToken cancellationToken);

    /// <summary>Answers for a service that does not know what was asked for; false when this server does not either.</summary>
    public abstract Task<bool> ReplaceMissingAsync(HttpContext context, string rev, CancellationToken cancellationToken);
}
