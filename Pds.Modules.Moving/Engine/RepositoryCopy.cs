using System.Net.Http.Headers;

namespace Pds.Modules.Moving.Engine;

/// <summary>Brings the records along: what one server exports runs into what the other imports, and is never whole anywhere between.</summary>
internal static class RepositoryCopy
{
    private const int MostAttempts = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    /// <summary>Makes the trees equal. Nothing is sent when they are.</summary>
    public static async Task RunAsync(MoveContext move, CancellationToken cancellationToken)
    {
        for (var attempt = 1; !await AreEqualAsync(move, cancellationToken); attempt++)
        {
            try
            {
                await CopyAsync(move, cancellationToken);
            }
            catch (MoveException failure) when (failure.RetryAfter is { } wait && wait < Longest && attempt < MostAttempts)
            {
                await Task.Delay(wait, move.Time, cancellationToken);
            }

            if (attempt > MostAttempts)
            {
                throw new MoveException($"The account is being written to at {move.Old.Name}; nothing may change there while it moves");
            }
        }
    }

    public static async Task<bool> AreEqualAsync(MoveContext move, CancellationToken cancellationToken)
    {
        var theirs = await RepositoryHead.ReadAsync(move.Old, move.Did, cancellationToken);
        var ours = await RepositoryHead.ReadAsync(move.New, move.Did, cancellationToken);
        return theirs.Did == move.Did
            ? theirs.Data == ours.Data
            : throw new MoveException($"{move.Old.Name} exports the repository of {theirs.Did}");
    }

    private static async Task CopyAsync(MoveContext move, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Longest);
        try
        {
            using var export = await move.Old.OpenAsync("com.atproto.sync.getRepo", limit.Token, ("did", move.Did.Value));
            var total = export.Content.Headers.ContentLength;
            await using var bytes = new CountedStream(
                await export.Content.ReadAsStreamAsync(limit.Token), done => move.Tell(MoveStep.Repository, done, total));
            using var body = new StreamContent(bytes, 64 * 1024);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.ipld.car");
            body.Headers.ContentLength = total;
            await move.New.UploadAsync("com.atproto.repo.importRepo", body, limit.Token);
        }
        catch (Exception failure) when (
            failure is IOException or HttpRequestException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new MoveException($"The repository broke off on its way from {move.Old.Name}", failure) { RetryAfter = TimeSpan.FromSeconds(5) };
        }
    }
}
