using System.Reflection;

namespace Pds.ServiceDefaults;

/// <summary>The migrations of one schema, all that this server knows.</summary>
internal sealed class SchemaMigrations
{
    private readonly Migration[] _known;

    public SchemaMigrations(string schema, Assembly assembly)
    {
        Schema = schema;
        _known = Migration.ReadAll(assembly);
        for (var i = 0; i < _known.Length; i++)
        {
            if (_known[i].Version != i + 1)
            {
                throw new MigrationException($"The migrations of {schema} are not numbered 1, 2, 3 …: see {_known[i]}.");
            }
        }
    }

    public string Schema { get; }

    public bool IsEmpty => _known.Length == 0;

    /// <summary>What comes after the applied ones; null when nothing does.</summary>
    /// <param name="applied">In the order of their versions.</param>
    /// <exception cref="MigrationException">The database went another way than this server knows.</exception>
    public Migration? FindNext(IReadOnlyList<(int Version, string Name, string Checksum)> applied)
    {
        for (var i = 0; i < applied.Count; i++)
        {
            var (version, name, checksum) = applied[i];
            if (i >= _known.Length)
            {
                throw new MigrationException(
                    $"The schema {Schema} of the database is newer than this server: it is at {applied[^1].Name}, the server "
                    + $"knows it up to {_known[^1]}. Run the server that it was migrated for, or a later one.");
            }

            if (version != _known[i].Version || checksum != _known[i].Checksum)
            {
                throw new MigrationException(
                    $"The schema {Schema} of the database was made by {name} with the checksum {checksum}, and this server has "
                    + $"{_known[i]} with the checksum {_known[i].Checksum}. A migration that was applied once must never change: "
                    + "restore it and put the change into a new one.");
            }
        }

        return applied.Count < _known.Length ? _known[applied.Count] : null;
    }
}
