using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Deletes an account and all it has.</summary>
internal static class DeleteAccount
{
    private const string Method = "com.atproto.admin.deleteAccount";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Admin);

    internal sealed record Input(Did Did);

    private static async Task HandleAsync(
        Input input, Caller caller, AccountLife life, AuditStore audit, IMessageBus bus, HttpContext http, CancellationToken cancellationToken)
    {
        await life.DeleteAsync(input.Did, bus, cancellationToken);
        await audit.AddAsync(Audit.Note(caller, http, Method, input.Did.Value, null), CancellationToken.None);
    }
}
