using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Endpoints.Bsky.Notification;

/// <summary>Unregisters a device for notifications with the service that the body names.</summary>
internal static class UnregisterPush
{
    private const string Method = "app.bsky.notification.unregisterPush";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .CountAs(LoadClass.Transfer)
        .AcceptsBody("application/json")
        .RequireAuthorization(Access.Account)
        .TellsRpcScope(Method);

    private static async Task HandleAsync(HttpContext context, Caller caller, PushRegistration registration)
    {
        var service = await registration.ReadServiceAsync(context, Method);
        caller.RequireRpcScope(Method, PushRegistration.AudienceOf(service));
        await registration.SendAsync(context, caller, Method, service);
    }
}
