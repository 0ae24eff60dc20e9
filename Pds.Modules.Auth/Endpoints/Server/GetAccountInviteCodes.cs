using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Lists the caller's invite codes, after making those that it has earned since.</summary>
internal static class GetAccountInviteCodes
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.server.getAccountInviteCodes", HandleAsync)
        .RequireAuthorization(Access.FullSessionNotTakendown);

    internal sealed record Output(Invite[] Codes);

    private static async Task<Output> HandleAsync(
        Caller caller, InviteStore invites, AuthOptions options, ServiceOptions service, TimeProvider time,
        CancellationToken cancellationToken, bool includeUsed = true, bool createAvailable = true)
    {
        var createdAt = await invites.FindAccountAsync(caller.Did, cancellationToken)
            ?? throw XrpcErrors.BadRequest("NotFound", "Account not found");
        var codes = await invites.ListAsync(caller.Did, cancellationToken);
        if (createAvailable && options is { InviteRequired: true, InviteInterval: { } interval } && interval > TimeSpan.Zero)
        {
            var (toCreate, total) = InviteAllowance.Count(
                codes, createdAt, DateTimeOffset.UnixEpoch + options.InviteEpoch, interval, time.GetUtcNow());
            if (toCreate > 0)
            {
                string[] made = [.. Enumerable.Range(0, toCreate).Select(_ => InviteCode.Create(service.Hostname))];
                if (!await invites.TryAddEarnedAsync(caller.Did, made, total, cancellationToken))
                {
                    throw XrpcErrors.BadRequest("DuplicateCreate", "attempted to create additional codes in another request");
                }

                codes = await invites.ListAsync(caller.Did, cancellationToken);
            }
        }

        return new Output([.. codes.Where(code => !code.Disabled && (includeUsed || !code.IsUsedUp))]);
    }
}
