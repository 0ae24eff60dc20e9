namespace AtProto.Repo;

/// <summary>How much of a CAR file is accepted.</summary>
/// <param name="MaxHeaderBytes">The header, in bytes.</param>
/// <param name="MaxBlockBytes">One block without its CID, in bytes.</param>
/// <param name="MaxTotalBytes">The whole file, in bytes.</param>
public sealed record CarLimits(
    int MaxHeaderBytes = 4096, int MaxBlockBytes = 2_000_000, long MaxTotalBytes = long.MaxValue)
{
    /// <summary>For a repository: no limit on the whole.</summary>
    public static CarLimits Repository { get; } = new();

    /// <summary>For the blocks of one event: 2 000 000 bytes in all.</summary>
    public static CarLimits Event { get; } = new(MaxTotalBytes: 2_000_000);
}
