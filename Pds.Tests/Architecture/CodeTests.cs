using System.Text.RegularExpressions;

namespace Pds.Tests.Architecture;

public sealed partial class CodeTests
{
    private const int LongestFile = 400;

    // This file names what it looks for.
    private static IEnumerable<string> Sources => SourceTree.Projects
        .SelectMany(project => SourceTree.Files(project, ".cs"))
        .Where(path => !path.EndsWith($"/{nameof(CodeTests)}.cs", StringComparison.Ordinal));

    [Fact]
    public void Nothing_is_silenced_and_nothing_is_left_for_later()
    {
        var found = Sources
            .SelectMany(path => Banned().Matches(SourceTree.Read(path)).Select(match => $"{path}: {match.Value}"))
            .ToArray();

        Assert.True(found.Length == 0, string.Join(Environment.NewLine, found));
    }

    [Fact]
    public void A_public_type_lives_in_the_file_of_its_name()
    {
        var misplaced = Sources
            .Where(path => !path.StartsWith("Pds.Contracts/", StringComparison.Ordinal))
            .Where(path => PublicType().Matches(SourceTree.Read(path)) is { Count: > 0 } types
                && types.All(type => type.Groups["name"].Value is var name
                    && name != FileName(path) && !(path.EndsWith(".cshtml.cs", StringComparison.Ordinal) && name == $"{FileName(path)}Model")))
            .ToArray();

        Assert.True(misplaced.Length == 0, string.Join(Environment.NewLine, misplaced));
    }

    [Fact]
    public void No_file_is_longer_than_a_tree_needs()
    {
        var tooLong = Sources.Where(path => SourceTree.Read(path).Count(character => character == '\n') > LongestFile).ToArray();

        Assert.True(tooLong.Length == 0, string.Join(Environment.NewLine, tooLong));
    }

    private static string FileName(string path) => Path.GetFileName(path).Split('.')[0];

    [GeneratedRegex(@"#pragma|\bSuppressMessage\b|\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException|#region|nullable disable")]
    private static partial Regex Banned();

    [GeneratedRegex(
        @"^public (?:(?:static|sealed|abstract|partial|readonly|ref) )*(?:class|interface|enum|struct|record(?: struct| class)?) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
