using Npgsql;

namespace Pds.Modules.Repo.Storage;

/// <summary>How many active repositories there are. Counting reads them all, so the number may be a minute old.</summary>
internal sealed class RepoCount(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private long _count;
    private long? _countedAt;

    public async Task<long> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_countedAt is not { } then || time.GetElapsedTime(then) >= Lifetime)
            {
                await using var command = database.CreateCommand("SELECT count(*) FROM repo.repo WHERE status = 0");
                _count = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
                _countedAt = time.GetTimestamp();
            }

            return _count;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
