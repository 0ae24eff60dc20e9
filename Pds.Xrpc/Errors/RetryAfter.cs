using System.Globalization;

namespace Pds.Xrpc;

/// <summary>The value of the header <c>Retry-After</c>.</summary>
public static class RetryAfter
{
    /// <summary>Whole seconds, at least one.</summary>
    public static string Seconds(TimeSpan wait) =>
        Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
