namespace Pds.Xrpc;

/// <summary>Points that were spent here and that other replicas do not know of yet.</summary>
/// <param name="Name">Names limit, window and subject.</param>
public sealed record RateLimitDelta(string Name, long Points, DateTimeOffset EndsAt);
