using System.Buffers;
using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Repo.Foreign;

/// <summary>
/// Reads records of repositories that are not here from the AppView, as clients that know only this server expect. No
/// credentials go along: what it gives is public.
/// </summary>
internal sealed class ForeignRecordClient(OutgoingHttp http, RepoOptions options, TimeProvider time)
{
    // A record of a megabyte, written as JSON with everything escaped.
    private const int MaxBytes = 8 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The AppView's answer, JSON, as it came.</summary>
    /// <exception cref="XrpcException">There is no AppView, it refused, or it did not answer properly.</exception>
    public async Task<byte[]> GetAsync(
        AtIdentifier repo, Nsid collection, RecordKey rkey, Cid? cid, CancellationToken cancellationToken)
    {
        if (options.AppViewUrl is not { } appView)
        {
            throw XrpcErrors.InvalidRequest("Could not locate record");
        }

        var query = new QueryBuilder { { "repo", repo.ToString() }, { "collection", collection.Value }, { "rkey", rkey.Value } };
        if (cid is { } version)
        {
            query.Add("cid", version.ToString());
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, new Uri(appView, $"/xrpc/com.atproto.repo.getRecord{query}"));
            using var response = await http.Configured.SendAsync(
                request.For("record"), HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadAsync(response, either.Token);
            return response.IsSuccessStatusCode ? body : throw Refusal((int)response.StatusCode, body);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw XrpcErrors.UpstreamFailure("Upstream service unreachable");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        while (await stream.ReadAsync(body.GetMemory(4096), cancellationToken) is > 0 and var count)
        {
            body.Advance(count);
            if (body.WrittenCount > MaxBytes)
            {
                throw XrpcErrors.UpstreamFailure("Upstream service answered too much");
            }
        }

        return body.WrittenSpan.ToArray();
    }

    /// <summary>What the AppView refuses goes on under its own name; its failures are called what they are.</summary>
    private static XrpcException Refusal(int status, byte[] body)
    {
        if (status is >= StatusCodes.Status400BadRequest and < StatusCodes.Status500InternalServerError)
        {
            try
            {
                using var document = JsonDocument.Parse(body);
                var root = document.RootElement;
                return new XrpcException(
                    status, root.GetProperty("error").GetString()!, root.TryGetProperty("message", out var text) ? text.GetString()! : "");
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                return new XrpcException(status, "InvalidRequest", "Could not locate record");
            }
        }

        return XrpcErrors.UpstreamFailure("Upstream service failed");
    }
}
