using System.Globalization;
using System.Security.Cryptography;
using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing;

/// <summary>
/// Every reader of what others send, on inputs that are led by the branches they reach: only documented exceptions, no
/// memory beyond bounds, and what is accepted comes back as it was. <c>PDS_TEST_EFFORT</c> multiplies the time,
/// <c>PDS_TEST_SEED</c> repeats a run, <c>PDS_TEST_CORPUS</c> names a folder for what is found.
/// </summary>
public sealed class FuzzingTests(FuzzingTests.Code code, ITestOutputHelper output) : IClassFixture<FuzzingTests.Code>
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Targets() => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Whatever_comes_is_read_or_refused_as_documented(string name)
    {
        var target = FuzzTargets.Find(name);
        var effort = int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_EFFORT"), CultureInfo.InvariantCulture, out var factor) ? factor : 1;
        var seed = Environment.GetEnvironmentVariable("PDS_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"PDS_TEST_SEED={seed}");
        var run = new FuzzRun(target, code.Instrumented.CheckOf(target), new Dice(seed));

        run.Run(target.Seeds().Concat(FuzzCorpus.Read(target)), Usual * effort);

        FuzzCorpus.Write(target, run.Distil());
        output.WriteLine($"{run.Inputs} inputs took {run.Branches} branches");
        Assert.True(run.Branches > 10, "Nothing was counted");
    }

    /// <summary>The instrumented copies, made once.</summary>
    public sealed class Code : IDisposable
    {
        internal InstrumentedCode Instrumented { get; } = new();

        public void Dispose() => Instrumented.Dispose();
    }
}
