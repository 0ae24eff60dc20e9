using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Gives an account another password. All that was signed in is signed out.</summary>
internal static class UpdateAccountPassword
{
    private const string Method = "com.atproto.admin.updateAccountPassword";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Admin);

    internal sealed record Input(Did Did, string Password);

    private static async Task HandleAsync(
        Input input, Caller caller, Administration administration, AuditStore audit, HttpContext http, CancellationToken cancellationToken)
    {
        await administration.SetPasswordAsync(input.Did, input.Password, cancellationToken);
        await audit.AddAsync(Audit.Note(caller, http, Method, input.Did.Value, null), CancellationToken.None);
    }
}
