using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pds.Xrpc;

/// <summary><c>{name:nsid}</c> in a route: the segment has the syntax of an NSID.</summary>
internal sealed class NsidConstraint : IRouteConstraint
{
    public bool Match(
        HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values.TryGetValue(routeKey, out var value) && value is string text && Nsid.IsValid(text);
}
