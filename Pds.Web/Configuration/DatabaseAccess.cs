using Npgsql;
using Pds.Postgres;

namespace Pds.Web.Configuration;

/// <summary>How the database is read.</summary>
internal static class DatabaseAccess
{
    private const int FewConnections = 4;

    // A batch of reads by an index takes milliseconds.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>One lane for each two cores: the other half of the machine makes the answers.</summary>
    public static void AddSharedReads(this IHostApplicationBuilder builder) =>
        builder.Services.AddSingleton(services => new SharedReads(
            services.GetRequiredService<NpgsqlDataSource>(), Math.Clamp(Environment.ProcessorCount / 2, 2, 8), Timeout));

    /// <summary>
    /// Every statement is a constant: prepared on its second use, it is parsed and planned once to a connection. What Postgres sends
    /// is received in larger pieces than usual, for repositories and pages of the event log are.
    /// </summary>
    public static void Prepare(this NpgsqlDataSourceBuilder source)
    {
        // Metrics name a pool by it, else by the connection string.
        source.Name = "pdsdb";
        source.ConnectionStringBuilder.ReadBufferSize = 32 * 1024;

        // The pool lends in turn what it has: after a burst, everything would be slower with many connections, none of them warm. A few
        // stay, for to open one takes longer than most of what they are asked.
        var connection = source.ConnectionStringBuilder;
        Suggest(connection, "Minimum Pool Size", Math.Min(FewConnections, connection.MaxPoolSize));
        Suggest(connection, "Connection Idle Lifetime", 20);
        Suggest(connection, "Connection Pruning Interval", 4);
        source.ConnectionStringBuilder.MaxAutoPrepare = 200;
        source.ConnectionStringBuilder.AutoPrepareMinUsages = 2;
    }

    // What whoever runs the server has said holds.
    private static void Suggest(NpgsqlConnectionStringBuilder connection, string name, int value)
    {
        if (!connection.ShouldSerialize(name))
        {
            connection[name] = value;
        }
    }
}
