namespace Pds.Cli.Backup;

/// <summary>A table in a backup.</summary>
/// <param name="Columns">In the order in which rows have them.</param>
internal sealed record SavedTable(string Schema, string Name, string[] Columns, long Rows, List<SavedChunk> Chunks);
