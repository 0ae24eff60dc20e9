using Npgsql;
using Pds.Contracts;

namespace Pds.Web.Configuration;

/// <summary>Registers the data source of short reads. See docs/decisions/0009-reads.md.</summary>
internal static class ReadDataSource
{
    public static void AddReadDataSource(this IHostApplicationBuilder builder) =>
        builder.Services.AddKeyedSingleton(DataSources.Reads, (services, _) => services.GetRequiredService<NpgsqlDataSource>());

    /// <summary>
    /// Every statement is a constant: prepared on its second use, it is parsed and planned once to a connection. What Postgres sends
    /// is received in larger pieces than usual, for repositories and pages of the event log are.
    /// </summary>
    public static void Prepare(this NpgsqlDataSourceBuilder source)
    {
        source.ConnectionStringBuilder.ReadBufferSize = 32 * 1024;
        source.ConnectionStringBuilder.MaxAutoPrepare = 200;
        source.ConnectionStringBuilder.AutoPrepareMinUsages = 2;
    }
}
