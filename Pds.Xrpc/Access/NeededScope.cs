using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>What an app has to be granted for a method, for those who read about it.</summary>
/// <param name="Text">A scope; what the request decides stands in angle brackets.</param>
public sealed record NeededScope(string Text);

/// <summary>Declares the scope of a method where it is mapped.</summary>
public static class NeededScopes
{
    /// <summary>Refuses apps without it, before the handler is called.</summary>
    public static RouteHandlerBuilder RequireAppScope(this RouteHandlerBuilder method, AccountScope scope) =>
        method.TellsScope(scope.ToString()).RequireOfCaller(caller => caller.RequireAccountScope(scope.Attribute, scope.MayManage));

    /// <summary>Refuses apps without it, before the handler is called.</summary>
    public static RouteHandlerBuilder RequireAppScope(this RouteHandlerBuilder method, IdentityScope scope) =>
        method.TellsScope(scope.ToString()).RequireOfCaller(caller => caller.RequireIdentityScope(scope.Attribute));

    /// <summary>Says which scope the handler asks for, where that depends on the request.</summary>
    public static RouteHandlerBuilder TellsScope(this RouteHandlerBuilder method, string scope) =>
        method.WithMetadata(new NeededScope(scope));

    /// <summary>Says that the handler asks for the right to call a method of the service that is called.</summary>
    public static RouteHandlerBuilder TellsRpcScope(this RouteHandlerBuilder method, string nsid) =>
        method.TellsScope(ToCall(nsid));

    /// <summary>The scope for calling a method of another service, in words.</summary>
    public static string ToCall(string nsid) => $"rpc:{nsid}?aud=<service>";

    private static RouteHandlerBuilder RequireOfCaller(this RouteHandlerBuilder method, Action<Caller> require) =>
        method.AddEndpointFilter((context, next) =>
        {
            if (Caller.Of(context.HttpContext) is { } caller)
            {
                require(caller);
            }

            return next(context);
        });
}
