using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>
/// Says in the protocol's words what the framework could not read: which field, by its way through the document, and which rule.
/// </summary>
internal static partial class BadRequests
{
    public static XrpcException Explain(BadHttpRequestException failure) => failure switch
    {
        { StatusCode: 413 } => XrpcErrors.PayloadTooLarge(),
        { InnerException: JsonException json } => XrpcErrors.InvalidRequest(Explain(json)),

        // A body that is the word null counts as none.
        { StatusCode: 400 } when failure.Message.Contains("no body was provided", StringComparison.Ordinal) =>
            XrpcErrors.InvalidRequest("Input must be an object"),
        { StatusCode: 400 } => XrpcErrors.InvalidRequest(failure.Message),
        _ => new XrpcException(
            failure.StatusCode, XrpcErrorNames.Of(failure.StatusCode), XrpcErrorNames.MessageOf(failure.StatusCode)),
    };

    /// <summary>The messages of the serializer name .NET types; what they say of the document is kept.</summary>
    public static string Explain(JsonException failure)
    {
        if (failure.InnerException is JsonException)
        {
            return $"Input is not valid JSON, at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}";
        }

        var place = $"Input{PlaceOf(failure.Path)}";
        if (Missing().Match(failure.Message) is { Success: true } missing)
        {
            var names = missing.Groups[1].Value.Replace('\'', '"');
            return $"{place} must have the {(names.Contains(',', StringComparison.Ordinal) ? "properties" : "property")} {names}";
        }

        // Of a constructor's parameter the message names the constructor's type; what was wanted is said by the cause.
        if (failure.InnerException is { } cause && Wanted().Match(cause.Message) is { Success: true } wanted)
        {
            return $"{place} must be {(wanted.Groups[1].Value is "number" ? "an integer" : FormatNames.Of(wanted.Groups[1].Value))}";
        }

        if (Converted().Match(failure.Message) is { Success: true } converted)
        {
            return $"{place} must be {FormatNames.Of(converted.Groups[1].Value)}";
        }

        return failure.Message.StartsWith("not a valid ", StringComparison.Ordinal)
            ? $"{place} must be {FormatNames.Of(failure.Message["not a valid ".Length..])}"
            : failure.Message.Contains("null values", StringComparison.Ordinal) ? $"{place} must not be null"
            : $"{place} is not as its schema says";
    }

    // "$.writes[0].collection", and names with other signs as "['a b']", become "/writes/0/collection".
    private static string PlaceOf(string? path) =>
        path is { Length: > 1 } ? Steps().Replace(path[1..], static step => $"/{step.Groups["name"].Value}") : "";

    [GeneratedRegex(@"\.(?<name>[^.\[]+)|\['(?<name>[^']*)'\]|\[(?<name>\d+)\]")]
    private static partial Regex Steps();

    [GeneratedRegex(@"missing required propert\w+ including: (.*?)\.?$")]
    private static partial Regex Missing();

    [GeneratedRegex(@"(?:as a|for an) (string|number|boolean|Int\d+)")]
    private static partial Regex Wanted();

    [GeneratedRegex(@"could not be converted to (\S+?)\.(?: Path|$)")]
    private static partial Regex Converted();
}
