using System.Diagnostics;

namespace Pds.Tests.Support;

/// <summary>Waits for what happens behind an answer.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Asks again until the answer is yes; fails the test when it never is.</summary>
    /// <param name="otherwise">What to say then.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string>? otherwise = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, otherwise?.Invoke() ?? "It did not come to pass.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
