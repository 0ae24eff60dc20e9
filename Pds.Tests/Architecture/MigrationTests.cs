using System.Text.RegularExpressions;

namespace Pds.Tests.Architecture;

/// <summary>
/// A migration runs while servers of the version before it serve: it adds, and holds no lock for longer than it takes to note
/// a change. What takes away comes a version later than the code that no longer needs it.
/// </summary>
public sealed partial class MigrationTests
{
    // From before there was a server to be upgraded.
    private static readonly string[] Founding =
    [
        "Pds.Modules.Auth/Storage/Migrations/0008_account_deletion.sql",
        "Pds.Modules.Auth/Storage/Migrations/0009_account_invites.sql",
        "Pds.Modules.Auth/Storage/Migrations/0011_console.sql",
        "Pds.Modules.Repo/Storage/Migrations/0001_repo.sql",
        "Pds.Modules.Repo/Storage/Migrations/0002_reserved_key.sql",
        "Pds.Modules.Repo/Storage/Migrations/0003_event_partitions.sql",
    ];

    private static IEnumerable<string> Files => SourceTree.Projects.SelectMany(project => SourceTree.Files(project, ".sql"))
        .Where(path => path.Contains("/Storage/Migrations/", StringComparison.Ordinal));

    [Fact]
    public void No_migration_takes_away_what_a_running_server_needs_or_holds_up_its_writers()
    {
        var found = Files.Except(Founding).SelectMany(path => Find(SourceTree.Read(path)).Select(problem => $"{path}: {problem}")).ToArray();

        Assert.NotEmpty(Files);
        Assert.True(found.Length == 0, string.Join(Environment.NewLine, found));
    }

    [Theory]
    [InlineData("DROP TABLE repo.record;")]
    [InlineData("ALTER TABLE repo.record DROP COLUMN link;")]
    [InlineData("ALTER TABLE repo.record RENAME TO old;")]
    [InlineData("ALTER TABLE repo.record RENAME TO old; CREATE VIEW repo.record AS SELECT 1;")]
    [InlineData("ALTER TABLE repo.record RENAME TO old; CREATE VIEW repo.other AS SELECT 1; CREATE TRIGGER t INSTEAD OF INSERT OR UPDATE OR DELETE ON repo.other FOR EACH ROW EXECUTE FUNCTION f();")]
    [InlineData("ALTER TABLE repo.record RENAME COLUMN rev TO old; CREATE VIEW repo.record AS SELECT 1; CREATE TRIGGER t INSTEAD OF INSERT OR UPDATE OR DELETE ON repo.record FOR EACH ROW EXECUTE FUNCTION f();")]
    [InlineData("ALTER TABLE repo.record ALTER rev TYPE text;")]
    [InlineData("ALTER TABLE repo.record ALTER COLUMN link SET NOT NULL;")]
    [InlineData("ALTER TABLE repo.record ADD COLUMN x int NOT NULL;")]
    [InlineData("ALTER TABLE repo.record ADD COLUMN x text UNIQUE;")]
    [InlineData("ALTER TABLE repo.record ADD CONSTRAINT x CHECK (rev > 0);")]
    [InlineData("CREATE INDEX i ON repo.record (rev);")]
    [InlineData("CREATE UNIQUE INDEX i ON repo.record (rev);")]
    [InlineData("LOCK TABLE repo.record;")]
    [InlineData("TRUNCATE repo.record;")]
    [InlineData("UPDATE repo.record SET link = 1;")]
    [InlineData("DELETE FROM repo.record;")]
    public void What_would_is_found(string sql) => Assert.Single(Find(sql));

    [Theory]
    [InlineData("CREATE TABLE repo.extra (id bigint PRIMARY KEY); CREATE INDEX i ON repo.extra (id);")]
    [InlineData("ALTER TABLE repo.record ADD COLUMN x int;")]
    [InlineData("ALTER TABLE repo.record ADD COLUMN x int NOT NULL DEFAULT 0;")]
    [InlineData("ALTER TABLE repo.record ADD CONSTRAINT x CHECK (rev > 0) NOT VALID;")]
    [InlineData("-- DROP TABLE repo.record;\nCREATE SEQUENCE repo.s;")]
    [InlineData("ALTER TABLE repo.record RENAME TO old; CREATE VIEW repo.record AS SELECT 1; CREATE TRIGGER t INSTEAD OF INSERT OR UPDATE OR DELETE ON repo.record FOR EACH ROW EXECUTE FUNCTION f();")]
    public void What_only_adds_is_fine(string sql) => Assert.Empty(Find(sql));

    private static IEnumerable<string> Find(string sql)
    {
        sql = Comment().Replace(sql, "");
        var made = NewTable().Matches(sql).Select(table => table.Groups["name"].Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var replaced = Replacement().Matches(sql).Select(view => view.Groups["name"].Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return sql.Split(';')
            .Where(statement => Blocking().IsMatch(statement)
                && !(NewName().Match(statement) is { Success: true } table && replaced.Contains(table.Groups["name"].Value))
                && !(Subject().Match(statement) is { Success: true } subject && made.Contains(subject.Groups["name"].Value)))
            .Select(statement => statement.Trim());
    }

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bCREATE TABLE (?:IF NOT EXISTS )?(?<name>[\w.]+)", RegexOptions.IgnoreCase)]
    private static partial Regex NewTable();

    // A table may change its name where the version before finds a view under it that takes what the table took.
    [GeneratedRegex(
        @"\bCREATE VIEW (?<name>[\w.]+) AS\b.*\bINSTEAD OF INSERT OR UPDATE OR DELETE ON \k<name>\s", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Replacement();

    [GeneratedRegex(@"\bALTER TABLE (?<name>[\w.]+) RENAME TO\b", RegexOptions.IgnoreCase)]
    private static partial Regex NewName();

    [GeneratedRegex(@"\b(?:INDEX \w+ ON|ALTER TABLE|UPDATE|DELETE FROM) (?<name>[\w.]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Subject();

    [GeneratedRegex(
        """
        \b(?: DROP \s (?: TABLE | COLUMN | SCHEMA | TYPE | FUNCTION | INDEX | CONSTRAINT | SEQUENCE )
        | RENAME | TRUNCATE | LOCK \s TABLE | SET \s NOT \s NULL | CLUSTER | VACUUM | REINDEX
        | ALTER \s (?: COLUMN \s )? \w+ \s (?: SET \s DATA \s )? TYPE
        | CREATE \s (?: UNIQUE \s )? INDEX
        | ADD \s (?: COLUMN \s )? [^,]*? (?: NOT \s NULL (?! \s DEFAULT ) | UNIQUE | PRIMARY \s KEY )
        | ADD \s CONSTRAINT (?! .* NOT \s VALID )
        | UPDATE \s [\w.]+ \s SET (?! .* WHERE ) | DELETE \s FROM \s [\w.]+ (?! .* WHERE ) )\b
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline)]
    private static partial Regex Blocking();
}
