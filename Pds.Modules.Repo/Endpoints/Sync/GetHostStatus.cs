using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Tells of the one host that this server has its content from: itself.</summary>
internal static class GetHostStatus
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.sync.getHostStatus", HandleAsync);

    internal sealed record Output(string Hostname, long Seq, long AccountCount, string Status);

    private static async Task<Output> HandleAsync(
        string hostname, ServiceOptions service, EventStore events, RepoCount count, CancellationToken cancellationToken) =>
        hostname.Equals(service.Hostname, StringComparison.OrdinalIgnoreCase)
            ? new(
                service.Hostname,
                await events.GetNewestAsync(cancellationToken),
                await count.GetAsync(cancellationToken),
                "active")
            : throw XrpcErrors.BadRequest("HostNotFound", $"Host not found: {hostname}");
}
