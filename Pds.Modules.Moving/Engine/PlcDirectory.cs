using System.Net;
using AtProto;
using AtProto.Identity;
using AtProto.Plc;

namespace Pds.Modules.Moving.Engine;

/// <summary>What is public of a DID: its document, and for a did:plc the last operation.</summary>
/// <param name="directory">For the PLC directory.</param>
/// <param name="web">For the documents of did:web, whose addresses come from outside.</param>
/// <param name="url">The PLC directory.</param>
/// <param name="allowPlainHttp">Lets the document of a did:web on this machine come over plain HTTP.</param>
public sealed class PlcDirectory(HttpClient directory, HttpClient web, Uri url, bool allowPlainHttp)
{
    private const int MaxBytes = DidDocument.MaxLength;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>The document; null when there is none.</summary>
    public async Task<DidDocument?> FindDocumentAsync(Did did, CancellationToken cancellationToken)
    {
        var bytes = did.Value.StartsWith("did:web:", StringComparison.Ordinal)
            ? await GetAsync(web, WebAddressOf(did), cancellationToken)
            : await GetAsync(directory, new Uri($"{Base}/{did}"), cancellationToken);
        return bytes is not null && DidDocument.TryParse(bytes, out var document) && document.Id == did ? document : null;
    }

    /// <summary>The operation that a did:plc stands at.</summary>
    /// <exception cref="MoveException">The directory does not have it, or cannot be reached.</exception>
    public async Task<PlcOperation> GetLastAsync(Did did, CancellationToken cancellationToken) =>
        await GetAsync(directory, new Uri($"{Base}/{did}/log/last"), cancellationToken) is { } bytes
        && PlcOperation.TryParse(bytes, out var last) && last is { Signature: not null, Data: not null }
            ? last
            : throw new MoveException($"The PLC directory does not have {did}");

    private string Base => url.AbsoluteUri.TrimEnd('/');

    private Uri WebAddressOf(Did did)
    {
        var host = Uri.UnescapeDataString(did.Value["did:web:".Length..]);
        var scheme = allowPlainHttp && host.Split(':')[0] == "localhost" ? "http" : "https";
        return Uri.TryCreate($"{scheme}://{host}/.well-known/did.json", UriKind.Absolute, out var address)
            ? address
            : throw new MoveException($"{did} has no address");
    }

    private static async Task<byte[]?> GetAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return (int)answer.StatusCode < 500 ? null : throw new HttpRequestException($"status {(int)answer.StatusCode}");
            }

            await answer.Content.LoadIntoBufferAsync(MaxBytes, limit.Token);
            return await answer.Content.ReadAsByteArrayAsync(limit.Token);
        }
        catch (Exception failure) when (
            failure is HttpRequestException or IOException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new MoveException($"{address.Host} did not answer: {failure.Message}", failure) { RetryAfter = TimeSpan.FromSeconds(5) };
        }
    }
}
