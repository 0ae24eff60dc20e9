using System.IO.Pipelines;
using AtProto;
using AtProto.Repo;

namespace Pds.Modules.Moving.Engine;

/// <summary>Reads repositories as servers export them.</summary>
internal static class RepositoryHead
{
    private const string Method = "com.atproto.sync.getRepo";

    // It comes first, by all servers that are known.
    private const int BlocksLookedAt = 1000;

    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestRead = TimeSpan.FromHours(2);

    /// <summary>Reads the signed head, which says all of the records by the root of their tree, and leaves the rest unread.</summary>
    public static async Task<SignedCommit> ReadAsync(ServerClient server, Did did, CancellationToken cancellationToken)
    {
        using var answer = await server.OpenAsync(Method, cancellationToken, ("did", did.Value));
        var seen = 0;
        SignedCommit? head = null;
        await ReadBlocksAsync(server, answer, Look, LongestLook, cancellationToken);
        return head ?? throw new MoveException($"{server.Name} exports a repository without its head") { Method = Method };

        bool Look(Cid root, Block block) =>
            !(block.Cid == root && SignedCommit.TryDecode(block.Bytes, out head)) && ++seen < BlocksLookedAt;
    }

    /// <summary>Reads blocks until there are no more, or no more are wanted.</summary>
    /// <param name="take">Given the root that the file names, and a block that is what its CID says; false to end.</param>
    public static Task ReadBlocksAsync(
        ServerClient server, HttpResponseMessage answer, Func<Cid, Block, bool> take, CancellationToken cancellationToken) =>
        ReadBlocksAsync(server, answer, take, LongestRead, cancellationToken);

    private static async Task ReadBlocksAsync(
        ServerClient server, HttpResponseMessage answer, Func<Cid, Block, bool> take, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(longest);
        var car = new CarReader();
        var reader = PipeReader.Create(await answer.Content.ReadAsStreamAsync(limit.Token));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(limit.Token);
                var rest = read.Buffer;
                while (car.TryRead(ref rest, out var block))
                {
                    if (car.Roots is not [var root, ..])
                    {
                        throw new CarException("The CAR file names no root.");
                    }

                    if (!take(root, block))
                    {
                        return;
                    }
                }

                if (read.IsCompleted)
                {
                    car.Complete(rest);
                    return;
                }

                reader.AdvanceTo(rest.Start, read.Buffer.End);
            }
        }
        catch (Exception problem) when (
            problem is CarException or IOException or HttpRequestException
            || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new MoveException($"{server.Name} broke off its repository: {problem.Message}", problem)
            {
                Method = Method,
                RetryAfter = problem is CarException ? null : TimeSpan.FromSeconds(5),
            };
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }
}
