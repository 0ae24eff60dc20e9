using System.Collections.Concurrent;
using AtProto;
using AtProto.Lexicons;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pds.Contracts.Identity;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Repo.Commits;

/// <summary>
/// The schemas of collections that do not ship with this server, as their owners publish them. A write waits for one only when
/// nothing is known of its collection yet, and not for long: then, or if there is none, the collection counts as unknown.
/// </summary>
internal sealed partial class NetworkSchemas(
    LexiconCatalog bundled, IServiceScopeFactory scopes, RepoOptions options, TimeProvider time, ILogger<NetworkSchemas> log) : IDisposable
{
    // With what a schema refers to.
    private const int MaxDocuments = 32;
    private const int MaxUnderway = 32;

    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AbsenceTrusted = TimeSpan.FromMinutes(1);

    // Who insists on a schema has perhaps just published it.
    private static readonly TimeSpan AbsenceInsistedOn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookUpTime = TimeSpan.FromSeconds(30);

    private static readonly CacheCounter Counter = new("schema");

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 32 << 20 });
    private readonly ConcurrentDictionary<Nsid, Task<Entry>> _underway = new();

    /// <summary>The schemas that a record of a collection is validated with.</summary>
    /// <param name="validate">As the client said: who insists on a schema waits longer for it.</param>
    public ValueTask<LexiconCatalog> ForAsync(Nsid collection, bool? validate, CancellationToken cancellationToken)
    {
        if (validate == false || options.SchemaWait == TimeSpan.Zero || bundled.Contains(collection))
        {
            return new(bundled);
        }

        var isThere = _known.TryGetValue<Entry>(collection, out var entry);
        Counter.Count(isThere);
        if (isThere)
        {
            var age = time.GetUtcNow() - entry!.At;
            if (validate != true || entry.Catalog is not null || age < AbsenceInsistedOn)
            {
                if (age > (entry.Catalog is null ? AbsenceTrusted : RefreshAfter))
                {
                    _ = Start(collection, fresh: false);
                }

                return new(entry.Catalog ?? bundled);
            }
        }

        var wait = validate == true ? 10 * options.SchemaWait : options.SchemaWait;

        // That there is none may be what another replica has found, some time ago.
        return WaitAsync(Start(collection, fresh: entry is not null || validate == true), wait, cancellationToken);
    }

    /// <summary>The schemas for the collections of several writes, all within the time of one.</summary>
    public async ValueTask<LexiconCatalog[]> ForAllAsync<T>(
        T[] writes, Func<T, Nsid> collectionOf, bool? validate, CancellationToken cancellationToken)
    {
        var schemas = new LexiconCatalog[writes.Length];
        List<(int Index, Task<LexiconCatalog> Asked)>? pending = null;
        for (var i = 0; i < writes.Length; i++)
        {
            var asked = ForAsync(collectionOf(writes[i]), validate, cancellationToken);
            if (asked.IsCompleted)
            {
                schemas[i] = await asked;
            }
            else
            {
                (pending ??= []).Add((i, asked.AsTask()));
            }
        }

        foreach (var (index, asked) in pending ?? [])
        {
            schemas[index] = await asked;
        }

        return schemas;
    }

    public void Dispose() => _known.Dispose();

    private async ValueTask<LexiconCatalog> WaitAsync(Task<Entry>? lookUp, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (lookUp is null)
        {
            return bundled;
        }

        try
        {
            return (await lookUp.WaitAsync(wait, time, cancellationToken)).Catalog ?? bundled;
        }
        catch (TimeoutException)
        {
            // It goes on, for the next write.
            return bundled;
        }
    }

    // Null when enough are under way.
    private Task<Entry>? Start(Nsid collection, bool fresh) => _underway.TryGetValue(collection, out var running)
        ? running
        : _underway.Count >= MaxUnderway ? null : _underway.GetOrAdd(collection, id => Task.Run(() => LookUpAsync(id, fresh)));

    private async Task<Entry> LookUpAsync(Nsid collection, bool fresh)
    {
        using var limit = new CancellationTokenSource(LookUpTime, time);
        LexiconCatalog? catalog = null;
        var bytes = 0;
        try
        {
            (catalog, bytes) = await ReadAsync(collection, fresh, limit.Token);
        }
        catch (Exception failure)
        {
            // Whatever it was, the collection has no schema to be held to.
            Log.NotUsable(log, collection, failure.Message);
        }

        var entry = new Entry(catalog, time.GetUtcNow());
        _known.Set(collection, entry, new MemoryCacheEntryOptions { Size = 256 + (4 * bytes) });
        _underway.TryRemove(collection, out _);
        return entry;
    }

    /// <summary>Reads a schema and all that it refers to; a catalogue of less would fail records that are right.</summary>
    private async Task<(LexiconCatalog? Catalog, int Bytes)> ReadAsync(Nsid collection, bool fresh, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
        var (documents, bytes) = (new Dictionary<Nsid, LexiconDocument>(), 0);
        var wanted = new Queue<Nsid>([collection]);
        while (wanted.TryDequeue(out var id))
        {
            if (bundled.Contains(id) || documents.ContainsKey(id))
            {
                continue;
            }

            if (documents.Count == MaxDocuments
                || await bus.InvokeAsync<ResolvedLexicon?>(new ResolveLexicon(id, fresh), cancellationToken, LookUpTime) is not { } lexicon)
            {
                return (null, 0);
            }

            var document = LexiconDocument.Parse(lexicon.Json.Span);
            if (id == collection && document.Kind != LexiconKind.Record)
            {
                return (null, 0);
            }

            documents.Add(id, document);
            bytes += lexicon.Json.Length;
            foreach (var next in document.ReferencedDocuments)
            {
                wanted.Enqueue(next);
            }
        }

        return (new LexiconCatalog(documents.Values, bundled), bytes);
    }

    /// <param name="Catalog">Null when there is no schema.</param>
    private sealed record Entry(LexiconCatalog? Catalog, DateTimeOffset At);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The schema of {Collection} cannot be used: {Reason}")]
        public static partial void NotUsable(ILogger logger, Nsid collection, string reason);
    }
}
