namespace Pds.Modules.Repo.Imports;

/// <summary>
/// How many imports run at once: a few, and of large ones one. What an import keeps in memory grows with the count of its blocks.
/// </summary>
internal sealed class ImportSlots : IDisposable
{
    private const int LargeFrom = 250_000;

    private readonly SemaphoreSlim _all = new(4);
    private readonly SemaphoreSlim _large = new(1);

    /// <summary>Waits for a place, which the caller gives back.</summary>
    public async Task<Slot> TakeAsync(CancellationToken cancellationToken)
    {
        await _all.WaitAsync(cancellationToken);
        return new Slot(this);
    }

    public void Dispose()
    {
        _all.Dispose();
        _large.Dispose();
    }

    /// <summary>The place of one import.</summary>
    internal sealed class Slot(ImportSlots slots) : IDisposable
    {
        private bool _isLarge;

        /// <summary>Tells how many blocks there are by now; waits where the import has become a large one beside another.</summary>
        public async ValueTask GrowAsync(int blocks, CancellationToken cancellationToken)
        {
            if (!_isLarge && blocks >= LargeFrom)
            {
                await slots._large.WaitAsync(cancellationToken);
                _isLarge = true;
            }
        }

        public void Dispose()
        {
            if (_isLarge)
            {
                slots._large.Release();
            }

            slots._all.Release();
        }
    }
}
