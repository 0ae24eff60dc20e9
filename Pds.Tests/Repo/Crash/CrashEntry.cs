using Pds.Tests.Support;

namespace Pds.Tests.Repo.Crash;

/// <summary>Where clients of servers that are about to be killed come in: a server, or what balances between several.</summary>
/// <param name="UpAsync">Returns when it is worth asking.</param>
internal sealed record CrashEntry(Uri Url, Func<Task> UpAsync)
{
    public static CrashEntry Of(ServerProcess server) => new(server.Url, server.UpAsync);

    public static CrashEntry Of(Balancer balancer) => new(balancer.Url, () => Task.CompletedTask);
}
