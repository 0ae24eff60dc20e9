using StackExchange.Redis;

namespace Pds.Web.Configuration;

/// <summary>The reference server's names for Redis; <c>ConnectionStrings__redis</c> goes first.</summary>
internal sealed record RedisOptions
{
    /// <summary><c>host:port</c>.</summary>
    [ConfigurationKeyName("PDS_REDIS_SCRATCH_ADDRESS")]
    public string? Address { get; init; }

    [ConfigurationKeyName("PDS_REDIS_SCRATCH_PASSWORD")]
    public string? Password { get; init; }

    public void Configure(ConfigurationOptions redis)
    {
        // Who asks a Redis that is away does without it at once, instead of waiting for it to come back.
        redis.BacklogPolicy = BacklogPolicy.FailFast;
        redis.Password ??= Password;
    }
}
