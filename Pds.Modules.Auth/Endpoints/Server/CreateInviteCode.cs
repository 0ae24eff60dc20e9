using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Makes one invite code.</summary>
internal static class CreateInviteCode
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.createInviteCode", HandleAsync)
        .RequireAuthorization(Access.Admin);

    internal sealed record Input(int UseCount, Did? ForAccount);

    internal sealed record Output(string Code);

    private static async Task<Output> HandleAsync(
        Input input, InviteStore invites, ServiceOptions service, CancellationToken cancellationToken)
    {
        var code = InviteCode.Create(service.Hostname);
        await invites.AddAsync([code], [input.ForAccount?.Value ?? Invite.Admin], input.UseCount, cancellationToken);
        return new Output(code);
    }
}
