using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Tells what is known of an account.</summary>
internal static class GetAccountInfo
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.admin.getAccountInfo", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    private static async Task<AccountView> HandleAsync(
        Did did, AdministrationStore accounts, InviteStore invites, IMessageBus bus, CancellationToken cancellationToken) =>
        await accounts.FindAsync([did.Value], cancellationToken) is [var account]
            ? await AccountView.OfAsync(account, invites, bus, cancellationToken)
            : throw XrpcErrors.BadRequest("NotFound", "Account not found");
}
