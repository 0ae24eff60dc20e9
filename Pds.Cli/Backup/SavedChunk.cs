namespace Pds.Cli.Backup;

/// <summary>Some rows of a table, one after the other.</summary>
/// <param name="Hash">SHA-256 in hexadecimal, of the rows before they are compressed: its name.</param>
/// <param name="Size">Of the rows, in bytes.</param>
internal sealed record SavedChunk(string Hash, int Size);
