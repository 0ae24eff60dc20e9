using System.Buffers;
using System.Net;
using System.Text.Json;
using AtProto;
using AtProto.Cbor;
using AtProto.Data;
using AtProto.Identity;
using AtProto.Repo;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Repo;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;
using Wolverine;

namespace Pds.Modules.Identity.Lexicons;

/// <summary>
/// Looks lexicons up: DNS says which account speaks for a name, and a record of that account, proven by its signature, is the
/// document. Accounts of this server are read here: the server may not reach itself by its public name.
/// </summary>
public sealed class LexiconResolver(
    DidTexts texts,
    DidCache documents,
    IdentityStore identities,
    OutgoingHttp http,
    ServiceOptions service,
    IdentityOptions options,
    IServiceScopeFactory scopes)
{
    private static readonly Nsid Schema = Nsid.Parse("com.atproto.lexicon.schema");

    /// <summary>The document, and who published it.</summary>
    /// <exception cref="LexiconException">There is none to be had.</exception>
    public async Task<PublishedLexicon> FetchAsync(Nsid id, CancellationToken cancellationToken)
    {
        var authority = options.LexiconAuthority ?? await FindAuthorityAsync(id, cancellationToken);
        var rkey = RecordKey.Parse(id.Value);
        var record = await FindLocalAsync(authority, rkey, cancellationToken)
            ?? await FetchAsync(authority, rkey, fresh: false, cancellationToken)
            ?? await FetchAsync(authority, rkey, fresh: true, cancellationToken)
            ?? throw new LexiconException($"{authority} does not prove that it published one");
        return new(authority, Cid.Compute(CidCodec.DagCbor, record), ReadDocument(record, id));
    }

    // Only the domain itself speaks for its names: no walking up to its parents.
    private async Task<Did> FindAuthorityAsync(Nsid id, CancellationToken cancellationToken)
    {
        var segments = id.Authority.ToString().Split('.');
        Array.Reverse(segments);
        var name = $"_lexicon.{string.Join('.', segments)}";
        return await texts.FindAsync(name, cancellationToken)
            ?? await texts.FindByBackupAsync(name, cancellationToken)
            ?? throw new LexiconException($"{name} does not name a DID");
    }

    private async Task<byte[]?> FindLocalAsync(Did authority, RecordKey rkey, CancellationToken cancellationToken)
    {
        if (await identities.FindAsync(authority, cancellationToken) is not { Status: var status }
            || status == AccountStatus.Deactivated)
        {
            return null;
        }

        await using var scope = scopes.CreateAsyncScope();
        var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
        var record = await bus.InvokeAsync<ReadableRecord?>(new ReadRecord(authority, Schema, rkey), cancellationToken);
        return record?.Value.ToArray() ?? throw new LexiconException($"{authority} is here and has not published one");
    }

    /// <summary>The record; null when it is not proven by the key that was known.</summary>
    private async Task<byte[]?> FetchAsync(Did authority, RecordKey rkey, bool fresh, CancellationToken cancellationToken)
    {
        if (await documents.GetAsync(authority, fresh, cancellationToken) is not { } json
            || !DidDocument.TryParse(json, out var document)
            || document.SigningKey is not { } key
            || document.PdsEndpoint is not { } endpoint
            || !Uri.TryCreate(endpoint, UriKind.Absolute, out var pds)
            || (pds.Scheme != Uri.UriSchemeHttps && !service.DevMode))
        {
            return fresh ? throw new LexiconException($"{authority} has no server or no key") : null;
        }

        var url = new Uri(pds, $"/xrpc/com.atproto.sync.getRecord?did={Uri.EscapeDataString(authority.Value)}&collection={Schema}&rkey={rkey}");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(options.ResolverTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = await http.Foreign.SendAsync(request.For("lexicon"), limited.Token);
            return response.StatusCode == HttpStatusCode.OK
                && RecordProof.TryRead(
                    await response.Content.ReadAsByteArrayAsync(limited.Token), authority, key, Schema, rkey, out var record)
                    ? record
                    : null;
        }
        catch (Exception failure) when (
            failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new LexiconException($"{pds.Host} did not answer");
        }
    }

    private static byte[] ReadDocument(byte[] record, Nsid id)
    {
        try
        {
            var json = new ArrayBufferWriter<byte>(record.Length * 2);
            using (var writer = new Utf8JsonWriter(json))
            {
                DataModel.WriteJson(record, writer);
            }

            using var document = JsonDocument.Parse(json.WrittenMemory);
            return Is(document.RootElement, "$type", Schema.Value) && Is(document.RootElement, "id", id.Value)
                ? json.WrittenSpan.ToArray()
                : throw new LexiconException("the record is not a lexicon of that name");
        }
        catch (Exception fault) when (fault is CborException or JsonException)
        {
            throw new LexiconException("the record is not a document");
        }
    }

    private static bool Is(JsonElement document, string name, string value) =>
        document.ValueKind == JsonValueKind.Object
        && document.TryGetProperty(name, out var found)
        && found.ValueKind == JsonValueKind.String
        && found.ValueEquals(value);
}
