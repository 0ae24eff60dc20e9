using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using AtProto;
using AtProto.Plc;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Identity.Plc;

/// <summary>
/// Talks to the PLC directory. What the directory refuses is the caller's <c>InvalidRequest</c> with its message; a
/// directory that fails or does not answer is an <c>UpstreamFailure</c>.
/// </summary>
public sealed class PlcClient(OutgoingHttp http, IdentityOptions options)
{
    // Submitting makes the directory verify and store, which may take longer than looking up.
    private static readonly TimeSpan SubmitTimeout = TimeSpan.FromSeconds(10);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Sends an operation. Sending the same one twice is fine.</summary>
    public async Task SubmitAsync(Did did, PlcOperation operation, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, UrlOf(did, ""))
        {
            Content = new ByteArrayContent(operation.ToJson()) { Headers = { ContentType = Json } },
        };
        var (status, body) = await SendAsync(request, SubmitTimeout, cancellationToken);
        if (status is >= HttpStatusCode.OK and < HttpStatusCode.Ambiguous)
        {
            return;
        }

        // The answer to an earlier attempt may have been lost.
        if (status < HttpStatusCode.InternalServerError && await IsLastAsync(did, operation, cancellationToken))
        {
            return;
        }

        throw Refusal(status, body);
    }

    /// <summary>The DID document; null when the DID is unknown or tombstoned.</summary>
    public async Task<byte[]?> GetDocumentAsync(Did did, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(did, ""));
        var (status, body) = await SendAsync(request, options.ResolverTimeout, cancellationToken);
        return status switch
        {
            HttpStatusCode.OK => body,
            HttpStatusCode.NotFound or HttpStatusCode.Gone => null,
            _ => throw Refusal(status, body),
        };
    }

    /// <summary>The operation that the DID stands at, signed; null when the DID is unknown.</summary>
    public async Task<PlcOperation?> GetLastAsync(Did did, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(did, "/log/last"));
        var (status, body) = await SendAsync(request, options.ResolverTimeout, cancellationToken);
        return status switch
        {
            HttpStatusCode.OK when PlcOperation.TryParse(body, out var last) && last.Signature is not null => last,
            HttpStatusCode.OK => throw XrpcErrors.UpstreamFailure("The PLC directory answered with what is no operation"),
            HttpStatusCode.NotFound => null,
            _ => throw Refusal(status, body),
        };
    }

    /// <summary>Every operation in the order in which the directory took them, those undone among them.</summary>
    public async Task<List<PlcLogEntry>> GetLogAsync(Did did, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(did, "/log/audit"));
        var (status, body) = await SendAsync(request, options.ResolverTimeout, cancellationToken);
        return status switch
        {
            HttpStatusCode.OK => ReadLog(body) ?? throw XrpcErrors.UpstreamFailure("The PLC directory answered with what is no log"),
            HttpStatusCode.NotFound => [],
            _ => throw Refusal(status, body),
        };
    }

    private static List<PlcLogEntry>? ReadLog(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var entries = new List<PlcLogEntry>(json.RootElement.GetArrayLength());
            foreach (var item in json.RootElement.EnumerateArray())
            {
                if (!PlcLogEntry.TryParse(item, out var entry))
                {
                    return null;
                }

                entries.Add(entry);
            }

            return entries;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<bool> IsLastAsync(Did did, PlcOperation operation, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(did, "/log/last"));
        var (status, body) = await SendAsync(request, options.ResolverTimeout, cancellationToken);
        return status == HttpStatusCode.OK
            && PlcOperation.TryParse(body, out var last)
            && last.Signature is not null
            && last.Cid == operation.Cid;
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(
        HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(timeout);
        try
        {
            using var response = await http.Configured.SendAsync(request.For("plc"), limited.Token);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(limited.Token));
        }
        catch (Exception failure) when (
            failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw XrpcErrors.UpstreamFailure("The PLC directory did not answer");
        }
    }

    private Uri UrlOf(Did did, string path) => new($"{options.PlcUrl.AbsoluteUri.TrimEnd('/')}/{did}{path}");

    private static XrpcException Refusal(HttpStatusCode status, byte[] body) => status >= HttpStatusCode.InternalServerError
        ? XrpcErrors.UpstreamFailure("The PLC directory failed")
        : XrpcErrors.InvalidRequest(MessageOf(body) ?? "The PLC directory refused the request");

    private static string? MessageOf(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("message", out var message)
                && message.ValueKind == JsonValueKind.String
                ? message.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
