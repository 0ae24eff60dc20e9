namespace Pds.Tests.Fuzzing;

/// <summary>
/// What earlier runs have found, a line of base64 for each input. It ships with the tests; <c>PDS_TEST_CORPUS</c> names another
/// folder, which a run also leaves its own findings in.
/// </summary>
internal static class FuzzCorpus
{
    // Enough to begin with; what a run has found beyond that it finds again.
    private const int MaxFileBytes = 48_000;

    private static readonly string? Given = Environment.GetEnvironmentVariable("PDS_TEST_CORPUS");

    public static IEnumerable<byte[]> Read(FuzzTarget target) =>
        PathOf(target) is var path && File.Exists(path) ? File.ReadLines(path).Select(Convert.FromBase64String) : [];

    public static void Write(FuzzTarget target, IEnumerable<byte[]> inputs)
    {
        if (Given is null)
        {
            return;
        }

        var left = MaxFileBytes;
        Directory.CreateDirectory(Given);
        File.WriteAllLines(PathOf(target), inputs.Select(Convert.ToBase64String).TakeWhile(line => (left -= line.Length) > 0));
    }

    private static string PathOf(FuzzTarget target) =>
        Path.Combine(Given ?? Protocol.Vectors.PathOf("fuzzing"), target.Name.Replace(' ', '-') + ".txt");
}
