using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Fetches what apps publish of themselves: once, from public addresses, within bounds of size and time.</summary>
internal sealed class ClientDocuments(OutgoingHttp http, TimeProvider time)
{
    public const int MaxJsonLength = 512 * 1024;
    public const string Json = "application/json";

    private const int ChunkLength = 16 * 1024;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Fetches a JSON document.</summary>
    /// <param name="field">What leads to it, for the refusal.</param>
    /// <param name="types">The content types that it may have; null stands for none at all.</param>
    /// <exception cref="OAuthException"><c>invalid_client_metadata</c>: it is not there, or not as it has to be.</exception>
    public async Task<(byte[] Bytes, JsonDocument Json)> FetchJsonAsync(
        Uri address, string field, string?[] types, CancellationToken cancellationToken)
    {
        var bytes = await FetchAsync(address, field, Json, MaxJsonLength, type =>
            types.Contains(type) ? null : $"must be answered with content type {Json}", cancellationToken);
        try
        {
            return (bytes, JsonDocument.Parse(bytes));
        }
        catch (JsonException)
        {
            throw MetadataFields.Refuse(field, "must lead to JSON");
        }
    }

    /// <summary>Fetches what an address leads to.</summary>
    /// <param name="judgeType">What is wrong with a content type, as the end of a sentence; null when nothing is.</param>
    /// <exception cref="OAuthException"><c>invalid_client_metadata</c>: it is not there, or not as it has to be.</exception>
    public async Task<byte[]> FetchAsync(
        Uri address, string field, string accept, int maxLength, Func<string?, string?> judgeType, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
            using var response = await http.Foreign.SendAsync(request.For("oauth_client"), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw MetadataFields.Refuse(field, (int)response.StatusCode is >= 300 and < 400
                    ? "must not be answered with a redirect"
                    : $"must be answered with status 200, not {(int)response.StatusCode}");
            }

            return judgeType(response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant()) is { } problem
                ? throw MetadataFields.Refuse(field, problem)
                : await ReadAsync(response.Content, field, maxLength, limit.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw MetadataFields.Refuse(field, "was not answered in time");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException)
        {
            throw MetadataFields.Refuse(field, "could not be fetched");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, string field, int maxLength, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream();
        var chunk = new byte[ChunkLength];
        while (await stream.ReadAsync(chunk, cancellationToken) is > 0 and var length)
        {
            if (bytes.Length + length > maxLength)
            {
                throw MetadataFields.Refuse(field, $"must lead to at most {maxLength / 1024} KiB");
            }

            bytes.Write(chunk, 0, length);
        }

        return bytes.ToArray();
    }
}
