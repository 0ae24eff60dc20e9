using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>Says in the protocol's words what the framework could not read.</summary>
internal static class BadRequests
{
    public static XrpcException Explain(BadHttpRequestException failure) => failure switch
    {
        { StatusCode: 413 } => XrpcErrors.PayloadTooLarge(),
        { InnerException: JsonException json } => XrpcErrors.InvalidRequest(Explain(json)),
        { StatusCode: 400 } => XrpcErrors.InvalidRequest(failure.Message),
        _ => new XrpcException(
            failure.StatusCode, XrpcErrorNames.Of(failure.StatusCode), XrpcErrorNames.MessageOf(failure.StatusCode)),
    };

    private static string Explain(JsonException failure)
    {
        // Messages of the serializer's own name .NET types and end in a position; the path is what helps a client.
        var path = failure.Path is { Length: > 2 } full ? full[2..] : null;
        var reason = failure.Message;
        if (failure.Message.Contains("missing required propert", StringComparison.Ordinal))
        {
            var names = failure.Message[(failure.Message.IndexOf(": ", StringComparison.Ordinal) + 1)..].Trim().TrimEnd('.');
            return $"Input is missing {names.Replace('\'', '"')}";
        }

        return path is null ? "Input is not valid JSON" : $"Input/{path} {(IsOurs(reason) ? reason : "is not of the expected type")}";
    }

    // Converters of identifiers say "not a valid Did".
    private static bool IsOurs(string message) => message.StartsWith("not ", StringComparison.Ordinal);
}
