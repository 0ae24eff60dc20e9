using System.Text.RegularExpressions;
using Pds.Tests.Architecture;

namespace Pds.Tests.Deployment;

/// <summary>What the AppHost says of a deployed server, read from its source: what it is made of and what it is told.</summary>
internal static partial class Blueprint
{
    private static readonly string Source = SourceTree.Read("Pds.AppHost/AppHost.cs");

    // The settings of a run on a developer's machine are none of a deployed server, and those of Azure none of every one.
    private static readonly string Published = Elsewhere().Replace(Source, "");

    /// <summary>The names of the server, its database and its cache.</summary>
    public static IReadOnlyList<string> Services { get; } =
        [.. Resource().Matches(Source).Select(match => match.Groups["name"].Value).Distinct()];

    /// <summary>The variables that a deployed server is always given.</summary>
    public static IReadOnlySet<string> Variables { get; } = Variable().Matches(Published)
        .Select(match => match.Groups["name"].Value)
        .Concat(Connection().Matches(Source).Select(match => $"ConnectionStrings__{match.Groups["name"].Value}"))
        .ToHashSet();

    /// <summary>The name of the database in the server's connection string.</summary>
    public static string Database { get; } = Connection().Matches(Source)[0].Groups["name"].Value;

    /// <summary>The folder that is kept, and the one in it that the server writes to.</summary>
    public static (string Mount, string Data) Folders { get; } =
        (Mount().Match(Source).Groups["path"].Value, DataFolder().Match(Published).Groups["path"].Value);

    [GeneratedRegex(@"^if \((?:isRun|isAzure)\)\n\{.*?^\}\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Elsewhere();

    [GeneratedRegex("""\.Add(?:Postgres|Redis|Project<Projects\.Pds_Web>)\("(?<name>[\w-]+)"\)""")]
    private static partial Regex Resource();

    [GeneratedRegex("""(?:WithEnvironment\(|\[|, )"(?<name>PDS_(?!PUBLISH)\w+)"(?=[,\]]| *,)""")]
    private static partial Regex Variable();

    [GeneratedRegex("""AddConnectionString\("(?<name>\w+)"\)""")]
    private static partial Regex Connection();

    [GeneratedRegex("""ContainerMountAnnotation\("[\w-]+", "(?<path>[^"]+)",""")]
    private static partial Regex Mount();

    [GeneratedRegex("""WithEnvironment\("PDS_DATA_DIRECTORY", "(?<path>[^"]+)"\)""")]
    private static partial Regex DataFolder();
}
