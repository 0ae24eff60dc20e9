using AtProto;
using AtProto.OAuth;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>The refusals that more than one method knows, each with its status.</summary>
public static class XrpcErrors
{
    public static XrpcException InvalidRequest(string message) => BadRequest("InvalidRequest", message);

    /// <summary>A 400 under a name that only one or two lexicons know.</summary>
    public static XrpcException BadRequest(string error, string message) =>
        new(StatusCodes.Status400BadRequest, error, message);

    public static XrpcException RepoNotFound(Did did) => BadRequest("RepoNotFound", $"Could not find repo for DID: {did}");

    public static XrpcException RepoTakendown(Did did) => BadRequest("RepoTakendown", $"Repo has been takendown: {did}");

    public static XrpcException RepoDeactivated(Did did) => BadRequest("RepoDeactivated", $"Repo has been deactivated: {did}");

    public static XrpcException RepoSuspended(Did did) => BadRequest("RepoSuspended", $"Repo has been suspended: {did}");

    public static XrpcException RecordNotFound(string uri) => BadRequest("RecordNotFound", $"Could not locate record: {uri}");

    public static XrpcException InvalidSwap(string message) => BadRequest("InvalidSwap", message);

    public static XrpcException InvalidHandle(string message) => BadRequest("InvalidHandle", message);

    public static XrpcException HandleNotAvailable(string message) => BadRequest("HandleNotAvailable", message);

    /// <summary>400: what is wrong with the credential itself. Clients do not retry on it.</summary>
    public static XrpcException InvalidToken(string message) => BadRequest("InvalidToken", message);

    /// <summary>400, not 401: the one answer on which clients refresh their session.</summary>
    public static XrpcException ExpiredToken(string message = "Token has expired") => BadRequest("ExpiredToken", message);

    public static XrpcException AuthMissing() => Unauthorized("AuthMissing", "Authentication Required");

    public static XrpcException AuthenticationRequired(string message) => Unauthorized("AuthenticationRequired", message);

    public static XrpcException AccountTakedown(string message = "Account has been taken down") =>
        Unauthorized("AccountTakedown", message);

    public static XrpcException AccountDeactivated(string message = "Account is deactivated") =>
        Unauthorized("AccountDeactivated", message);

    public static XrpcException Unauthorized(string error, string message) =>
        new(StatusCodes.Status401Unauthorized, error, message);

    public static XrpcException Forbidden(string message) => new(StatusCodes.Status403Forbidden, "Forbidden", message);

    /// <summary>Names what an app would have to ask for.</summary>
    public static XrpcException ScopeMissing(Scope needed) =>
        new(StatusCodes.Status403Forbidden, "ScopeMissingError", $"Missing required scope \"{needed}\"");

    public static XrpcException AccountNotFound(string message = "Account not found") =>
        new(StatusCodes.Status403Forbidden, "AccountNotFound", message);

    public static XrpcException PayloadTooLarge(string message = "request entity too large") =>
        new(StatusCodes.Status413PayloadTooLarge, "PayloadTooLarge", message);

    public static XrpcException UnsupportedMediaType(string message) =>
        new(StatusCodes.Status415UnsupportedMediaType, "UnsupportedMediaType", message);

    /// <param name="retryAfter">When it is worth asking again.</param>
    public static XrpcException RateLimitExceeded(TimeSpan? retryAfter = null) =>
        new(StatusCodes.Status429TooManyRequests, "RateLimitExceeded", "Rate Limit Exceeded") { RetryAfter = retryAfter };

    /// <summary>For what is at its limit; the answer says when to come back.</summary>
    public static XrpcException Overloaded(HttpContext context) =>
        ComeBack(context, "The server has too much to do; try again in a moment");

    /// <summary>The server cannot do it now, through no fault of the client; the answer says when to come back.</summary>
    public static XrpcException ComeBack(HttpContext context, string message)
    {
        // Where an answer has begun, this one will not be sent: headers are read-only then.
        if (!context.Response.HasStarted)
        {
            context.Response.Headers.RetryAfter = "2";
        }

        const int Status = StatusCodes.Status503ServiceUnavailable;
        return new XrpcException(Status, XrpcErrorNames.Of(Status), message);
    }

    public static XrpcException UpstreamFailure(string message) =>
        new(StatusCodes.Status502BadGateway, "UpstreamFailure", message);

    public static XrpcException UpstreamTimeout(string message = "Operation timed out, please try again.") =>
        new(StatusCodes.Status504GatewayTimeout, "UpstreamTimeout", message);

    public static XrpcException MethodNotImplemented(string message = "Method Not Implemented") =>
        new(StatusCodes.Status501NotImplemented, "MethodNotImplemented", message);
}
