namespace Pds.Cli.Backup;

/// <summary>Reads every byte of a backup and says what is not as it was written.</summary>
internal sealed class BackupCheck(IBackupTarget target)
{
    private readonly ChunkStore _chunks = new(target);
    private readonly BlobVault _vault = new(target);

    public List<string> Problems { get; } = [];

    /// <param name="discards">Whether what is broken is deleted, so that the next backup sends it again.</param>
    public async Task RunAsync(BackupManifest manifest, bool discards, CancellationToken cancellationToken)
    {
        var isWhole = true;
        foreach (var table in manifest.Tables)
        {
            foreach (var chunk in table.Chunks)
            {
                if (await _chunks.ReadAsync(chunk, cancellationToken) is { } rows)
                {
                    CheckRows(table, chunk, rows);
                    continue;
                }

                isWhole = false;
                await TellAsync($"{table.Schema}.{table.Name}: the chunk {chunk.Hash} is missing or broken", ChunkStore.NameOf(chunk.Hash), discards, cancellationToken);
            }
        }

        if (!isWhole)
        {
            return;
        }

        var missing = manifest.MissingBlobs.ToHashSet(StringComparer.Ordinal);
        await foreach (var blob in SavedBlob.ReadAsync(manifest, _chunks, cancellationToken))
        {
            if (!missing.Contains(blob.StorageKey) && !await _vault.IsSoundAsync(blob.Cid, cancellationToken))
            {
                await TellAsync($"the blob {blob.Cid} is missing or broken", BlobVault.NameOf(blob.Cid), discards, cancellationToken);
            }
        }
    }

    private void CheckRows(SavedTable table, SavedChunk chunk, ReadOnlyMemory<byte> rows)
    {
        try
        {
            while (!rows.IsEmpty)
            {
                if (CopyFormat.TakeRow(ref rows).Length != table.Columns.Length)
                {
                    throw new InvalidDataException("A saved row has other columns.");
                }
            }
        }
        catch (InvalidDataException failure)
        {
            Problems.Add($"{table.Schema}.{table.Name}: {failure.Message} It is in the chunk {chunk.Hash}");
        }
    }

    private async Task TellAsync(string problem, string file, bool discards, CancellationToken cancellationToken)
    {
        Problems.Add(problem);
        if (discards)
        {
            await target.DeleteAsync(file, cancellationToken);
        }
    }
}
