using System.Buffers;
using System.Security.Cryptography;
using AtProto;

namespace Pds.Modules.Moving.Engine;

/// <summary>Reads every blob that the new server has and holds it against its CID, and its list against the old server's.</summary>
internal sealed record BlobTally(long Count, long Bytes, IReadOnlyList<LostBlob> Lost)
{
    private const int AtOnce = 8;
    private const int PageSize = 1000;

    // Of what one account could name, and so of how long a list of a server that never ends is listened to.
    private const int MostBlobs = 5_000_000;

    public static async Task<BlobTally> ReadAsync(MoveContext move, CancellationToken cancellationToken)
    {
        var here = await ListAsync(move.New, move.Did, cancellationToken);
        var there = await ListAsync(move.Old, move.Did, cancellationToken);
        var (count, bytes, lost) = (0L, 0L, new List<LostBlob>());
        lost.AddRange(there.Except(here).Select(cid => new LostBlob(cid, $"{move.New.Name} does not list it")));
        var gate = new Lock();
        await Parallel.ForEachAsync(
            here, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (cid, cancelled) =>
            {
                var (size, problem) = await ReadAsync(move, cid, cancelled);
                lock (gate)
                {
                    count++;
                    bytes += size;
                    if (problem is not null)
                    {
                        lost.Add(new LostBlob(cid, problem));
                    }
                }

                move.Tell(MoveStep.Check, count, here.Count);
            });
        return new BlobTally(count - lost.Count(blob => here.Contains(blob.Cid)), bytes, [.. lost.OrderBy(blob => blob.Cid)]);
    }

    private static async Task<HashSet<Cid>> ListAsync(ServerClient server, Did did, CancellationToken cancellationToken)
    {
        var all = new HashSet<Cid>();
        string? cursor = null;
        do
        {
            (string, string)[] start = [("did", did.Value), ("limit", $"{PageSize}")];
            var page = await server.QueryAsync(
                "com.atproto.sync.listBlobs", cancellationToken, cursor is null ? start : [.. start, ("cursor", cursor)]);
            var before = all.Count;
            foreach (var text in page.Texts("cids"))
            {
                all.Add(Cid.TryParse(text, out var cid) ? cid : throw new MoveException($"{server.Name} lists a blob that is none: {text}"));
            }

            cursor = all.Count == before || all.Count > MostBlobs ? null : page.TextOrNull("cursor");
        }
        while (cursor is not null);

        return all;
    }

    private static async Task<(long Size, string? Problem)> ReadAsync(MoveContext move, Cid cid, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            using var blob = await move.New.OpenAsync(
                "com.atproto.sync.getBlob", cancellationToken, ("did", move.Did.Value), ("cid", cid.ToString()));
            await using var bytes = new CountedStream(await blob.Content.ReadAsStreamAsync(cancellationToken), static _ => { });
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var size = 0L;
            int read;
            while ((read = await bytes.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                size += read;
            }

            return Cid.FromDigest(cid.Codec, hash.GetHashAndReset()) == cid
                ? (size, null)
                : (size, $"{move.New.Name} gives out other bytes than the record names");
        }
        catch (MoveException refusal) when (refusal.RetryAfter is null)
        {
            return (0, refusal.Message);
        }
        catch (IOException failure)
        {
            throw new MoveException($"A blob broke off at {move.New.Name}", failure) { RetryAfter = TimeSpan.FromSeconds(5) };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
