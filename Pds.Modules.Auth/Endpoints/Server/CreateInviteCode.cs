using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Endpoints.Admin;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Makes one invite code.</summary>
internal static class CreateInviteCode
{
    private const string Method = "com.atproto.server.createInviteCode";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Admin);

    internal sealed record Input(int UseCount, Did? ForAccount);

    internal sealed record Output(string Code);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, InviteCodes invites, AuditStore audit, HttpContext http, CancellationToken cancellationToken)
    {
        var owner = input.ForAccount?.Value ?? Invite.Admin;
        var made = await invites.CreateAsync(count: 1, input.UseCount, [owner], cancellationToken);
        await audit.AddAsync(Audit.Note(caller, http, Method, owner, $"1 code for {input.UseCount} uses"), CancellationToken.None);
        return new Output(made[0].Codes[0]);
    }
}
