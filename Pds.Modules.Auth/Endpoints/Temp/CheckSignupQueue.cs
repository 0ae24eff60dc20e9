using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Temp;

/// <summary>Tells whether an account still waits to be let in: nobody does here.</summary>
internal static class CheckSignupQueue
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.temp.checkSignupQueue", () => new Output(Activated: true))
        .RequireAuthorization(Access.SessionOrQueued);

    internal sealed record Output(bool Activated);
}
