using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Proxy.Forwarding;
using Pds.Modules.Proxy.Preferences;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Endpoints.Bsky.Actor;

/// <summary>Replaces what the account has set up; another AppView is given it to keep.</summary>
internal static class PutPreferences
{
    private const string Method = "app.bsky.actor.putPreferences";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .AcceptsBody("application/json")
        .RequireAuthorization(Access.AccountNotTakendown)
        .TellsRpcScope(Method);

    private static async Task HandleAsync(
        HttpContext context,
        Caller caller,
        Upstreams upstreams,
        Forwarder forwarder,
        AccountPreferences preferences,
        CancellationToken cancellationToken)
    {
        var upstream = await upstreams.ChooseAsync(context, Method);
        caller.RequireRpcScope(Method, upstream.Audience);
        if (upstream != upstreams.AppView)
        {
            await forwarder.SendAsync(context, caller, Method, upstream);
            return;
        }

        var body = await RequestBody.ReadAsync(context);
        await preferences.ReplaceAsync(caller.Did, body, caller.Kind == AccessKind.Full, cancellationToken);
    }
}
