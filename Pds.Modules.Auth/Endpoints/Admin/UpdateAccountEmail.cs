using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Gives an account another address.</summary>
internal static class UpdateAccountEmail
{
    private const string Method = "com.atproto.admin.updateAccountEmail";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Admin);

    internal sealed record Input(AtIdentifier Account, string Email);

    private static async Task HandleAsync(
        Input input, Caller caller, Administration administration, AuditStore audit, IMessageBus bus, HttpContext http,
        CancellationToken cancellationToken)
    {
        var did = await administration.SetEmailAsync(input.Account, input.Email, bus, cancellationToken);
        await audit.AddAsync(Audit.Note(caller, http, Method, did.Value, null), CancellationToken.None);
    }
}
