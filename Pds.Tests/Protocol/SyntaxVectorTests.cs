using AtProto;

namespace Pds.Tests.Protocol;

/// <summary>The published syntax vectors, of the interoperability set and of the newer set beside it.</summary>
public sealed class SyntaxVectorTests
{
    private delegate bool Check(ReadOnlySpan<char> text);

    private static readonly Dictionary<string, Check> Checks = new()
    {
        ["atidentifier"] = AtIdentifier.IsValid,
        ["aturi"] = AtUri.IsValid,
        ["cid"] = CidSyntax.IsValid,
        ["datetime"] = AtDatetime.IsValid,
        ["did"] = Did.IsValid,
        ["handle"] = Handle.IsValid,
        ["language"] = Language.IsValid,
        ["nsid"] = Nsid.IsValid,
        ["recordkey"] = RecordKey.IsValid,
        ["tid"] = Tid.IsValid,
        ["uri"] = UriSyntax.IsValid,
    };

    public static TheoryData<string> Files() =>
    [
        .. from folder in new[] { "syntax", "syntax-reference" }
           from path in Directory.EnumerateFiles(Vectors.PathOf(folder), "*.txt").Order()
           select $"{folder}/{Path.GetFileName(path)}",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_line_is_judged_as_the_vectors_say(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var check = Checks[name[..name.IndexOf('_')]];
        var expected = !name.EndsWith("_invalid", StringComparison.Ordinal);
        var lines = File.ReadAllLines(Vectors.PathOf(file)).Where(line => line.Length > 0 && line[0] != '#').ToArray();

        Assert.NotEmpty(lines);
        Assert.DoesNotContain(lines, line => check(line) != expected);
    }
}
