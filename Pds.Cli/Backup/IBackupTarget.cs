namespace Pds.Cli.Backup;

/// <summary>Where backups lie: named files, each written whole or not at all and never changed.</summary>
internal interface IBackupTarget : IAsyncDisposable
{
    /// <summary>The names below a folder, such as <c>chunks</c>, with the folder's.</summary>
    IAsyncEnumerable<string> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Opens a file; null when there is none.</summary>
    Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken);

    /// <summary>Writes a file. Once this returns, it outlives the process.</summary>
    /// <param name="content">From its position on, seekable.</param>
    Task WriteAsync(string name, Stream content, CancellationToken cancellationToken);

    /// <summary>Deletes a file; one that is gone already is no error.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}
