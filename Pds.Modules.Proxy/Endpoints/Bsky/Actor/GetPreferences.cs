using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Proxy.Forwarding;
using Pds.Modules.Proxy.Preferences;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Endpoints.Bsky.Actor;

/// <summary>Tells an account, or the moderation service, what the account has set up; another AppView keeps its own.</summary>
internal static class GetPreferences
{
    private const string Method = "app.bsky.actor.getPreferences";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery(Method, HandleAsync)
        .RequireAuthorization(Access.AccountOrModeration)
        .TellsRpcScope(Method);

    private static async Task<IResult> HandleAsync(
        Did? did,
        HttpContext context,
        Caller caller,
        Upstreams upstreams,
        Forwarder forwarder,
        AccountPreferences preferences,
        CancellationToken cancellationToken)
    {
        var isModerator = caller.Kind == AccessKind.Moderation;
        var upstream = await upstreams.ChooseAsync(context, Method);
        caller.RequireRpcScope(Method, upstream.Audience);
        if (upstream != upstreams.AppView)
        {
            if (isModerator)
            {
                throw XrpcErrors.InvalidRequest("Moderator requests cannot be proxied to other app views");
            }

            await forwarder.SendAsync(context, caller, Method, upstream);
            return Results.Empty;
        }

        // The parameter is for moderators alone; anyone else asks for oneself.
        var owner = !isModerator ? caller.Did : did ?? throw XrpcErrors.InvalidRequest("Invalid or missing did parameter");
        var body = await preferences.ReadAsync(owner, isModerator || caller.Kind == AccessKind.Full, cancellationToken);
        return Results.Bytes(body, "application/json; charset=utf-8");
    }
}
