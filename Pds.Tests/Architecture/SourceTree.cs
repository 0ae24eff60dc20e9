using System.Text.RegularExpressions;

namespace Pds.Tests.Architecture;

/// <summary>The repository's own files, found from where the tests were built.</summary>
internal static partial class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>The folders of projects, which stand at the root.</summary>
    public static IEnumerable<string> Projects => Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories)
        .Where(path => Path.GetDirectoryName(Path.GetDirectoryName(path)) == Root)
        .Select(path => Path.GetFileNameWithoutExtension(path));

    /// <summary>The names of the modules' projects.</summary>
    public static IEnumerable<string> Modules => Projects.Where(project => project.StartsWith("Pds.Modules.", StringComparison.Ordinal));

    /// <summary>The project's written files with one of these extensions, relative to the root; neither built nor generated ones.</summary>
    public static IEnumerable<string> Files(string project, params string[] extensions) =>
        Directory.EnumerateFiles(Path.Combine(Root, project), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => extensions.Contains(Path.GetExtension(path)) && !Unwritten().IsMatch(path));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Pds.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return folder;
    }

    [GeneratedRegex("/(bin|obj|node_modules)/|/Internal/Generated/")]
    private static partial Regex Unwritten();
}
