using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Finds apps by their client ids: fetches what they publish of themselves, checks it, and keeps it for a while.</summary>
internal sealed partial class ClientDirectory(
    ClientDocuments documents, ClientCache cache, ServiceOptions service, AuthOptions options, TimeProvider time, ILogger<ClientDirectory> log)
{
    /// <summary>How long an app is known by what was fetched.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>How long a refusal stands; its developer is waiting for the next try.</summary>
    public static readonly TimeSpan RefusalKept = TimeSpan.FromSeconds(15);

    /// <summary>How often at most an app is fetched anew because a key of it is not known.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(15);

    private static readonly string?[] MetadataTypes = [ClientDocuments.Json];

    // A key set has a type of its own, and some hosts of files know none.
    private static readonly string?[] KeysTypes = [ClientDocuments.Json, "application/jwk-set+json", null];

    private readonly ConcurrentDictionary<string, Lazy<Task<KnownClient>>> _underway = new(StringComparer.Ordinal);

    // These are all in their ids, and so never out of date.
    private readonly BoundedCache<OAuthClient> _loopback = new(256);

    /// <summary>The app, as it was at most ten minutes ago.</summary>
    /// <exception cref="OAuthException">There is no such app, or its metadata is not good.</exception>
    public async Task<OAuthClient> GetAsync(string clientId, CancellationToken cancellationToken)
    {
        var id = ClientId.Parse(clientId, service.DevMode);
        if (id.IsLoopback)
        {
            return ReadLoopback(id);
        }

        var known = await FindAsync(id) ?? await FetchOnceAsync(id, before: null).WaitAsync(cancellationToken);
        return known.Client ?? throw known.Refusal();
    }

    /// <summary>The app, if it was asked for lately; nothing is fetched.</summary>
    public async Task<OAuthClient?> FindKnownAsync(string clientId)
    {
        try
        {
            var id = ClientId.Parse(clientId, service.DevMode);
            return id.IsLoopback ? null : (await FindAsync(id))?.Client;
        }
        catch (OAuthException)
        {
            return null;
        }
    }

    /// <summary>
    /// The app as it is now, when a key that it shows is not known: it may have changed its keys. Where that was seen to just
    /// now, or its server does not answer, what is known of it.
    /// </summary>
    public async Task<OAuthClient> GetRefreshedAsync(OAuthClient client, CancellationToken cancellationToken)
    {
        if (client.IsLoopback)
        {
            return client;
        }

        var id = ClientId.Parse(client.ClientId, service.DevMode);
        var known = await FindAsync(id);
        if (known is null || time.GetUtcNow() - known.CheckedAt >= RefreshInterval)
        {
            known = await FetchOnceAsync(id, known).WaitAsync(cancellationToken);
        }

        return known.Client ?? client;
    }

    private OAuthClient ReadLoopback(ClientId id)
    {
        if (!_loopback.TryGet(id.Value, out var client))
        {
            client = LoopbackClient.Read(id);
            _loopback.Add(id.Value, client);
        }

        return client;
    }

    private async Task<KnownClient?> FindAsync(ClientId id) =>
        cache.Find(id) ?? await cache.FindSharedAsync(id, published => Read(id, published));

    /// <summary>Fetches, together with whoever else wants the same just now.</summary>
    private Task<KnownClient> FetchOnceAsync(ClientId id, KnownClient? before) => _underway.GetOrAdd(id.Value, key => new(async () =>
    {
        try
        {
            return await FetchAsync(id, before);
        }
        finally
        {
            _underway.TryRemove(key, out _);
        }
    })).Value;

    // Not cancelled with the request: others may wait for the same, and the fetch has a limit of its own.
    private async Task<KnownClient> FetchAsync(ClientId id, KnownClient? before)
    {
        try
        {
            var (published, client) = await FetchPublishedAsync(id);
            var known = KnownClient.Good(client, published, Kept);
            cache.Keep(id, known);
            await cache.ShareAsync(id, published, Kept);
            return known;
        }
        catch (OAuthException refusal)
        {
            Log.Refused(log, id.Value, refusal.Message);
            var known = before is { Client: not null }
                ? before with { CheckedAt = time.GetUtcNow() }
                : KnownClient.Refused(refusal, time.GetUtcNow(), RefusalKept);
            cache.Keep(id, known);
            return known;
        }
    }

    private async Task<(PublishedClient Published, OAuthClient Client)> FetchPublishedAsync(ClientId id)
    {
        var (bytes, json) = await documents.FetchJsonAsync(id.Url, "client_id", MetadataTypes, CancellationToken.None);
        using (json)
        {
            var (client, keysUri) = Judge("client_id", () => ClientMetadata.Read(id, json.RootElement, IsTrusted(id)));
            if (keysUri is null)
            {
                return (new PublishedClient(time.GetUtcNow(), bytes, ReadOnlyMemory<byte>.Empty), client);
            }

            var (keyBytes, keys) = await documents.FetchJsonAsync(keysUri, "jwks_uri", KeysTypes, CancellationToken.None);
            using (keys)
            {
                client = client with { Keys = Judge("jwks_uri", () => ClientKeys.Read(keys.RootElement, "jwks_uri")) };
                return (new PublishedClient(time.GetUtcNow(), bytes, keyBytes), client);
            }
        }
    }

    // Bytes that are no text, and escapes of half a character, come to light only where they are read.
    private static T Judge<T>(string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw MetadataFields.Refuse(field, "must lead to JSON");
        }
    }

    /// <summary>What another replica has fetched; null when it is not good here.</summary>
    private KnownClient? Read(ClientId id, PublishedClient published)
    {
        try
        {
            using var json = JsonDocument.Parse(published.Metadata);
            var (client, keysUri) = ClientMetadata.Read(id, json.RootElement, IsTrusted(id));
            if (keysUri is not null)
            {
                using var keys = JsonDocument.Parse(published.Keys);
                client = client with { Keys = ClientKeys.Read(keys.RootElement, "jwks_uri") };
            }

            return KnownClient.Good(client, published, Kept);
        }
        catch (Exception failure) when (failure is OAuthException or JsonException)
        {
            return null;
        }
    }

    private bool IsTrusted(ClientId id) => options.TrustedClients.Contains(id.Value);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "App {ClientId} is not as it has to be: {Reason}")]
        public static partial void Refused(ILogger logger, string clientId, string reason);
    }
}
