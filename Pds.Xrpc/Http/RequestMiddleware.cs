using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Pds.Xrpc;

/// <summary>
/// Between authorization and the handler: marks answers to a known caller as private, checks the query string, and sees to it
/// that the body is one that the method takes, decoded and bounded.
/// </summary>
internal sealed class RequestMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<XrpcMethod>() is { } method)
        {
            if (Caller.Of(context) is not null)
            {
                context.Response.Headers.CacheControl = "private";
                context.Response.Headers.Vary = HeaderNames.Authorization;
            }

            if (endpoint.Metadata.GetMetadata<SubscriptionOnly>() is not null && !context.WebSockets.IsWebSocketRequest)
            {
                context.Response.Headers.Upgrade = "websocket";
                throw new XrpcException(StatusCodes.Status426UpgradeRequired, "InvalidRequest", "This method needs a WebSocket");
            }

            CheckQuery(context.Request, method);
            CheckBody(context, method);
        }

        return next(context);
    }

    private static void CheckQuery(HttpRequest request, XrpcMethod method)
    {
        if (method.Query.Length == 0)
        {
            return;
        }

        var query = request.Query;
        var hasEmpty = false;
        foreach (var rule in method.Query)
        {
            var values = query[rule.Name];
            rule.Check(values);
            hasEmpty |= values.Count > 0 && ContainsEmpty(values);
        }

        if (hasEmpty)
        {
            // Binding takes an empty value for a malformed one; to the protocol it is absent.
            request.Query = WithoutEmpty(query);
        }
    }

    private static bool ContainsEmpty(StringValues values)
    {
        foreach (var value in values)
        {
            if (string.IsNullOrEmpty(value))
            {
                return true;
            }
        }

        return false;
    }

    private static QueryCollection WithoutEmpty(IQueryCollection query)
    {
        var kept = new Dictionary<string, StringValues>(query.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in query)
        {
            var present = Array.FindAll(values.ToArray(), value => !string.IsNullOrEmpty(value));
            if (present.Length > 0)
            {
                kept[name] = present;
            }
        }

        return new QueryCollection(kept);
    }

    private static void CheckBody(HttpContext context, XrpcMethod method)
    {
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;
        var contentTypes = method.Input.ContentTypes;
        if (contentTypes.Length == 0)
        {
            // GET with a body has no meaning; it is ignored, as everyone does.
            if (hasBody && HttpMethods.IsPost(context.Request.Method))
            {
                throw XrpcErrors.InvalidRequest("A request body was provided when none was expected");
            }

            return;
        }

        CheckContentType(context.Request, method.Input);

        // A blob may be empty, a JSON input may not.
        if (!hasBody && contentTypes[0] != "*/*")
        {
            throw XrpcErrors.InvalidRequest("A request body is expected but none was provided");
        }

        BoundBody(context.Request, method.BodyLimit);
    }

    private static void BoundBody(HttpRequest request, long? limit)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            RequestDecoding.Apply(request, limit);
        }
        else if (request.ContentLength > limit)
        {
            throw XrpcErrors.PayloadTooLarge();
        }
        else if (request.ContentLength is null && limit is not null)
        {
            request.Body = new BoundedBody(request.Body, limit);
        }
    }

    private static void CheckContentType(HttpRequest request, XrpcInput input)
    {
        var contentType = request.ContentType;
        if (string.IsNullOrEmpty(contentType))
        {
            throw XrpcErrors.InvalidRequest("Request encoding (Content-Type) required but not provided");
        }

        var semicolon = contentType.IndexOf(';', StringComparison.Ordinal);
        var mediaType = (semicolon < 0 ? contentType : contentType.AsSpan(0, semicolon)).Trim();
        if (!input.Accepts(mediaType))
        {
            throw XrpcErrors.InvalidRequest($"Wrong request encoding (Content-Type): {mediaType}");
        }
    }
}
