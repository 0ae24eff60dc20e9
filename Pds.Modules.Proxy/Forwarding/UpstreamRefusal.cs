using Microsoft.AspNetCore.WebUtilities;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>What a client is told of a service's error: the service's own words, except that its breakdown is not ours.</summary>
internal static class UpstreamRefusal
{
    public static XrpcException Of(int status, string? error, string? message) => status switch
    {
        500 => new XrpcException(502, "UpstreamFailure", message ?? "Upstream service failed"),

        // A redirect leads where no one has looked; this server follows none, and a client should not have to.
        < 400 => XrpcErrors.UpstreamFailure("Upstream service redirected"),
        _ => new XrpcException(status, error ?? XrpcErrorNames.Of(status), message ?? ReasonPhrases.GetReasonPhrase(status)),
    };
}
