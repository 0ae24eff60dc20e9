using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Invites;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Lists everyone's invite codes, the latest or the most used first.</summary>
internal static class GetInviteCodes
{
    private const string Recent = "recent";
    private const string Usage = "usage";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.admin.getInviteCodes", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Output(string? Cursor, List<Invite> Codes);

    private static async Task<Output> HandleAsync(
        InviteCodes invites, string? cursor, CancellationToken cancellationToken,
        string sort = Recent, [Range(1, 500)] int limit = 100)
    {
        if (sort is not (Recent or Usage))
        {
            throw XrpcErrors.InvalidRequest($"unknown sort method: {sort}");
        }

        var (codes, next) = await invites.ListAsync(isByUsage: sort == Usage, cursor, limit, cancellationToken);
        return new Output(next, codes);
    }
}
