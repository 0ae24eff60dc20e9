using System.Text.Json;
using AtProto;
using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Tells whose session it is.</summary>
internal static class GetSession
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.server.getSession", HandleAsync)
        .RequireAuthorization(Access.AccountOrQueued)
        .TellsScope("atproto; account:email to see the address");

    internal sealed record Output(
        Did Did, JsonElement? DidDoc, Handle Handle, string? Email, bool? EmailConfirmed, bool? EmailAuthFactor, bool Active,
        AccountStatus? Status);

    private static async Task<Output> HandleAsync(
        Caller caller,
        IMessageBus bus,
        AccountStore accounts,
        SessionDetails details,
        CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.Did, cancellationToken);
        if (account is null or { Status: AccountStatus.Takendown })
        {
            throw XrpcErrors.InvalidRequest($"Could not find user info for account: {caller.Did}");
        }

        var tellsEmail = caller.Scopes?.AllowsAccount(AccountScope.Email, manage: false) ?? true;
        return new Output(
            account.Did,
            await details.GetDidDocAsync(bus, account.Did, cancellationToken),
            await SessionDetails.GetHandleAsync(bus, account.Did, cancellationToken),
            tellsEmail ? account.Email : null,
            tellsEmail ? account.EmailConfirmed : null,
            tellsEmail && account.HasEmailFactor ? true : null,
            account.Status == AccountStatus.Active,
            account.Status == AccountStatus.Active ? null : account.Status);
    }
}
