namespace Pds.Web.Configuration;

/// <summary>Takes the address of Redis from the reference server's settings where there is no connection string.</summary>
internal static class ReferenceRedis
{
    private const string ConnectionString = "ConnectionStrings:redis";

    public static void AddReferenceRedis(this WebApplicationBuilder builder, RedisOptions redis)
    {
        if (string.IsNullOrEmpty(builder.Configuration[ConnectionString]) && redis.Address is { } address)
        {
            builder.Configuration.AddInMemoryCollection([new(ConnectionString, address)]);
        }
    }
}
