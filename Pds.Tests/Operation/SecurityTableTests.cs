using System.Text.RegularExpressions;
using Pds.Tests.Architecture;

namespace Pds.Tests.Operation;

/// <summary>The table of OWASP's standard in docs/security.md tells what is there.</summary>
public sealed partial class SecurityTableTests
{
    private static readonly string Page = SourceTree.Read("docs/security.md");

    [Fact]
    public void Every_test_that_it_names_exists()
    {
        var tests = typeof(SecurityTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Select(method => $"{type.FullName}.{method.Name}"))
            .ToHashSet();
        var named = NamedTest().Matches(Page).Select(match => $"Pds.Tests.{match.Groups["test"].Value}").ToArray();

        Assert.True(named.Length > 80, $"{named.Length} tests");
        Assert.DoesNotContain(named, test => !tests.Contains(test));
    }

    [Fact]
    public void Every_row_is_done_and_proven_or_says_why_not()
    {
        var rows = Page.Split('\n').Where(line => Row().IsMatch(line))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
            .ToArray();

        Assert.True(rows.Length > 90, $"{rows.Length} rows");
        Assert.All(rows, row =>
        {
            Assert.Equal(5, row.Length);
            Assert.Contains(row[2], (string[])["✓", "–", "✗"]);
            Assert.True(row[2] == "✓" ? row[3].Length + row[4].Length > 0 : row[3].Length > 0, row[0]);
        });
        Assert.Equal(
            Enumerable.Range(1, 14).Select(chapter => $"V{chapter}"),
            Chapter().Matches(Page).Select(match => match.Groups["chapter"].Value));
    }

    [GeneratedRegex(@"`(?<test>[A-Z]\w+(?:\.[A-Z]\w+)*Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"^\| \d+\.\d+")]
    private static partial Regex Row();

    [GeneratedRegex(@"^### (?<chapter>V\d+) ", RegexOptions.Multiline)]
    private static partial Regex Chapter();
}
