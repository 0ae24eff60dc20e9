using System.Collections.Concurrent;
using System.Net.Http.Headers;
using AtProto;

namespace Pds.Modules.Moving.Engine;

/// <summary>Brings along the blobs that the new server's records name and that it does not have, several at once.</summary>
internal static class BlobCopy
{
    private const int AtOnce = 8;
    private const int PageSize = 500;
    private const int MostAttempts = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <returns>Those that the old server does not give out, or the new one does not take.</returns>
    public static async Task<IReadOnlyList<LostBlob>> RunAsync(MoveContext move, CancellationToken cancellationToken)
    {
        var status = await move.New.QueryAsync("com.atproto.server.checkAccountStatus", cancellationToken);
        var (total, done) = (status.Number("expectedBlobs"), status.Number("importedBlobs"));
        move.Tell(MoveStep.Blobs, done, total);
        var lost = new ConcurrentBag<LostBlob>();
        var seen = new HashSet<Cid>();
        string? cursor = null;
        do
        {
            (string, string)[] parameters = cursor is null ? [("limit", $"{PageSize}")] : [("limit", $"{PageSize}"), ("cursor", cursor)];
            var page = await move.New.QueryAsync("com.atproto.repo.listMissingBlobs", cancellationToken, parameters);
            var wanted = page.List("blobs").Select(blob => Cid.Parse(blob.Text("cid"))).Where(seen.Add).ToArray();
            await Parallel.ForEachAsync(
                wanted, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (cid, cancelled) =>
                {
                    if (await TryCopyAsync(move, cid, cancelled) is { } loss)
                    {
                        lost.Add(loss);
                    }
                    else
                    {
                        move.Tell(MoveStep.Blobs, Interlocked.Increment(ref done), total);
                    }
                });
            var next = page.TextOrNull("cursor");
            cursor = wanted.Length == 0 || next == cursor ? null : next;
        }
        while (cursor is not null);

        return [.. lost.OrderBy(blob => blob.Cid)];
    }

    private static async Task<LostBlob?> TryCopyAsync(MoveContext move, Cid cid, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CopyAsync(move, cid, cancellationToken);
            }
            catch (MoveException failure) when (failure.RetryAfter is null)
            {
                return new LostBlob(cid, failure.Message);
            }
            catch (MoveException failure) when (attempt < MostAttempts && failure.RetryAfter < LongestWait)
            {
                await Task.Delay(failure.RetryAfter.Value, move.Time, cancellationToken);
            }
        }
    }

    private static async Task<LostBlob?> CopyAsync(MoveContext move, Cid cid, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Longest);
        try
        {
            using var blob = await move.Old.OpenAsync(
                "com.atproto.sync.getBlob", limit.Token, ("did", move.Did.Value), ("cid", cid.ToString()));
            await using var bytes = new CountedStream(await blob.Content.ReadAsStreamAsync(limit.Token), static _ => { });
            using var body = new StreamContent(bytes, 64 * 1024);

            // The type is that of its first upload, which its record names.
            body.Headers.ContentType = blob.Content.Headers.ContentType ?? new MediaTypeHeaderValue("application/octet-stream");
            body.Headers.ContentLength = blob.Content.Headers.ContentLength;
            var uploaded = await move.New.UploadAsync("com.atproto.repo.uploadBlob", body, limit.Token);
            return uploaded.Member("blob").Member("ref").TextOrNull("$link") == cid.ToString()
                ? null
                : new LostBlob(cid, $"{move.Old.Name} gave out other bytes than the record names");
        }
        catch (Exception failure) when (
            failure is IOException or HttpRequestException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new MoveException($"A blob broke off on its way from {move.Old.Name}", failure) { RetryAfter = TimeSpan.FromSeconds(2) };
        }
    }
}
