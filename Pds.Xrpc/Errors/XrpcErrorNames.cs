using Microsoft.AspNetCore.WebUtilities;

namespace Pds.Xrpc;

/// <summary>The name of a refusal that carries only a status.</summary>
public static class XrpcErrorNames
{
    public static string Of(int status) => status switch
    {
        401 => "AuthenticationRequired",
        403 => "Forbidden",
        404 => "XRPCNotSupported",
        406 => "NotAcceptable",
        413 => "PayloadTooLarge",
        415 => "UnsupportedMediaType",
        429 => "RateLimitExceeded",
        501 => "MethodNotImplemented",
        502 => "UpstreamFailure",
        503 => "NotEnoughResources",
        504 => "UpstreamTimeout",
        >= 500 => "InternalServerError",
        _ => "InvalidRequest",
    };

    public static string MessageOf(int status) =>
        ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Request refused";
}
