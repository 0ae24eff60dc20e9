using Pds.Tests.Fuzzing.Targets;

namespace Pds.Tests.Fuzzing;

/// <summary>All targets by name.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. RepositoryTargets.All,
        .. ValueTargets.All,
        .. IdentityTargets.All,
        .. TokenTargets.All,
    ];

    public static FuzzTarget Find(string name) => All.Single(target => target.Name == name);

    public static Action<byte[]> CheckOf(string name) => Find(name).Check;
}
