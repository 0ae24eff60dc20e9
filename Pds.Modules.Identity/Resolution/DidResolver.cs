using System.Net;
using AtProto;
using AtProto.Identity;
using Pds.Modules.Identity.Plc;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Identity.Resolution;

/// <summary>Fetches DID documents where they are kept: the PLC directory, or the host that a did:web names.</summary>
public sealed class DidResolver(PlcClient plc, OutgoingHttp http, ServiceOptions service, IdentityOptions options)
{
    /// <summary>The document as it came, its strings all text; null when there is none, or one that speaks of another DID.</summary>
    /// <exception cref="XrpcException">The place where it is kept did not answer.</exception>
    public async Task<byte[]?> FetchAsync(Did did, CancellationToken cancellationToken)
    {
        var json = did.Value switch
        {
            var plcDid when plcDid.StartsWith("did:plc:", StringComparison.Ordinal) => await plc.GetDocumentAsync(did, cancellationToken),
            var webDid when webDid.StartsWith("did:web:", StringComparison.Ordinal) => await FetchWebAsync(webDid["did:web:".Length..], cancellationToken),
            _ => null,
        };
        var readable = json is null ? null : ReadableText.Of(json);
        return readable is not null && DidDocument.TryParse(readable, out var document) && document.Id == did ? readable : null;
    }

    private async Task<byte[]?> FetchWebAsync(string host, CancellationToken cancellationToken)
    {
        // did:web knows paths (more colons) and ports (%3A); the protocol allows neither, but for localhost in development.
        var isLocal = service.DevMode && (host == "localhost" || host.StartsWith("localhost%3A", StringComparison.OrdinalIgnoreCase));
        if (!isLocal && host.AsSpan().IndexOfAny(':', '%') >= 0)
        {
            return null;
        }

        var url = $"{(isLocal ? "http" : "https")}://{Uri.UnescapeDataString(host)}/.well-known/did.json";
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(options.ResolverTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = await http.Foreign.SendAsync(request.For("did_web"), limited.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => await response.Content.ReadAsByteArrayAsync(limited.Token),
                >= HttpStatusCode.InternalServerError => throw XrpcErrors.UpstreamFailure($"{host} failed to give its DID document"),
                _ => null,
            };
        }
        catch (Exception failure) when (
            failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw XrpcErrors.UpstreamFailure($"{host} did not answer with its DID document");
        }
    }
}
