using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Auth;
using Pds.Contracts.Repo;
using Pds.Modules.Identity.Handles;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Identity.Endpoints.Admin;

/// <summary>Gives an account another handle, also a reserved one, and tells the network.</summary>
internal static class UpdateAccountHandle
{
    private const string Method = "com.atproto.admin.updateAccountHandle";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Admin);

    internal sealed record Input(Did Did, string Handle);

    private static async Task HandleAsync(
        Input input, Caller caller, HandleChange change, IMessageBus bus, HttpContext http, CancellationToken cancellationToken)
    {
        var handle = await change.ApplyAsync(input.Did, input.Handle, cancellationToken, allowsAnyWord: true);
        await bus.InvokeAsync(new AnnounceIdentity(input.Did, handle), cancellationToken);
        await bus.InvokeAsync(
            new NoteAdministration(
                caller.Actor, Method, input.Did.Value, handle.Value, http.Connection.RemoteIpAddress?.ToString()),
            cancellationToken);
    }
}
