using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Pds.ServiceDefaults;

/// <summary>One step of a schema.</summary>
/// <param name="Checksum">SHA-256 of the text, with line ends as on Unix.</param>
internal sealed record Migration(int Version, string Name, string Sql, string Checksum)
{
    /// <summary>The embedded <c>Storage/Migrations/NNNN_name.sql</c> of an assembly, in their order.</summary>
    public static Migration[] ReadAll(Assembly assembly)
    {
        var prefix = $"{assembly.GetName().Name}.Storage.Migrations.";
        return [.. assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal))
            .Select(resource => Read(assembly, resource, resource[prefix.Length..]))
            .OrderBy(migration => migration.Version)];
    }

    public override string ToString() => Name;

    private static Migration Read(Assembly assembly, string resource, string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        if (name.Length < 6 || name[4] != '_' || !int.TryParse(name[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw new MigrationException($"{file} of {assembly.GetName().Name} is not named NNNN_name.sql.");
        }

        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
        return new Migration(version, name, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }
}
