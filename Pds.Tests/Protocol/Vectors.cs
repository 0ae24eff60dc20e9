namespace Pds.Tests.Protocol;

/// <summary>The published test vectors, copied beside the tests.</summary>
internal static class Vectors
{
    public static string PathOf(string relative) => Path.Combine(AppContext.BaseDirectory, "Vectors", relative);
}
