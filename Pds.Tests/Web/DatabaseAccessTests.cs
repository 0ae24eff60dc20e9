using Npgsql;
using Pds.Web.Configuration;

namespace Pds.Tests.Web;

public sealed class DatabaseAccessTests
{
    [Theory]
    [InlineData("Host=h", 4, 20, 4)]
    [InlineData("Host=h;Maximum Pool Size=3", 3, 20, 4)]
    [InlineData("Host=h;Minimum Pool Size=9;Connection Idle Lifetime=60;Connection Pruning Interval=11", 9, 60, 11)]
    [InlineData("Host=h;MinPoolSize=0", 0, 20, 4)]
    public void What_the_connection_string_says_of_the_pool_holds(string given, int least, int idle, int interval)
    {
        var source = new NpgsqlDataSourceBuilder(given);

        source.Prepare();

        var made = source.ConnectionStringBuilder;
        Assert.Equal((least, idle, interval), (made.MinPoolSize, made.ConnectionIdleLifetime, made.ConnectionPruningInterval));
    }
}
