using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pds.ServiceDefaults;
using Pds.Tests.Support;

namespace Pds.Tests.Hosting;

public sealed class MigrationTests(TestServices services)
{
    private static readonly (string, string) First = ("0001_begin.sql", "CREATE SCHEMA IF NOT EXISTS shop; CREATE TABLE shop.item (n int)");
    private static readonly (string, string) Second = ("0002_fill.sql", "INSERT INTO shop.item VALUES (1)");
    private static readonly (string, string) Third = ("0003_grow.sql", "ALTER TABLE shop.item ADD price int; UPDATE shop.item SET price = n");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_run_in_the_order_of_their_numbers_and_only_once()
    {
        var database = await services.CreateDatabaseAsync(Cancellation);

        await MigrateAsync(database, new Scripts(Third, First, Second));
        await MigrateAsync(database, new Scripts(Second, Third, First));

        Assert.Equal("1", await ReadAsync(database, "SELECT string_agg(price::text, ',') FROM shop.item"));
        Assert.Equal(
            "1 0001_begin,2 0002_fill,3 0003_grow",
            await ReadAsync(database, "SELECT string_agg(version || ' ' || name, ',' ORDER BY applied_at, version) FROM shop.migration"));
    }

    [Fact]
    public async Task A_later_server_goes_on_where_an_earlier_one_stopped()
    {
        var database = await services.CreateDatabaseAsync(Cancellation);
        await MigrateAsync(database, new Scripts(First, Second));
        await ReadAsync(database, "UPDATE shop.item SET n = 7");

        await MigrateAsync(database, new Scripts(First, Second, Third));

        Assert.Equal(7, await ReadAsync(database, "SELECT price FROM shop.item"));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_of_itself_and_keeps_those_before_it()
    {
        var database = await services.CreateDatabaseAsync(Cancellation);
        var broken = ("0002_broken.sql", "INSERT INTO shop.item VALUES (5); INSERT INTO shop.nothing VALUES (1)");

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync(database, new Scripts(First, broken, Third)));

        Assert.Contains("0002_broken", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("shop.nothing", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ReadAsync(database, "SELECT count(*) FROM shop.item"));
        Assert.Equal("0001_begin", await ReadAsync(database, "SELECT string_agg(name, ',') FROM shop.migration"));
    }

    [Fact]
    public async Task A_step_that_was_changed_after_it_ran_is_refused()
    {
        var database = await services.CreateDatabaseAsync(Cancellation);
        await MigrateAsync(database, new Scripts(First));
        var changed = (First.Item1, First.Item2 + " -- a word");

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync(database, new Scripts(changed, Second)));

        Assert.Contains("0001_begin", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ReadAsync(database, "SELECT count(*) FROM shop.item"));
    }

    [Fact]
    public async Task Line_ends_are_no_change()
    {
        var database = await services.CreateDatabaseAsync(Cancellation);
        var multiline = ("0001_begin.sql", First.Item2 + ";\n-- done\n");

        await MigrateAsync(database, new Scripts(multiline));
        await MigrateAsync(database, new Scripts((multiline.Item1, multiline.Item2.ReplaceLineEndings("\r\n"))));

        Assert.Equal(1L, await ReadAsync(database, "SELECT count(*) FROM shop.migration"));
    }

    [Fact]
    public async Task A_server_refuses_a_database_that_is_newer_than_itself()
    {
        var database = await services.CreateDatabaseAsync(Cancellation);
        await MigrateAsync(database, new Scripts(First, Second, Third));

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync(database, new Scripts(First, Second)));

        Assert.Contains("newer than this server", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("0003_grow", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_that_start_together_take_turns()
    {
        var database = await services.CreateDatabaseAsync(Cancellation);
        var slow = ("0002_fill.sql", "INSERT INTO shop.item SELECT n FROM generate_series(1, 1000) n WHERE pg_sleep(0.0001) IS NOT NULL");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => MigrateAsync(database, new Scripts(First, slow, Third))));

        Assert.Equal(1000L, await ReadAsync(database, "SELECT count(price) FROM shop.item"));
        Assert.Equal(3L, await ReadAsync(database, "SELECT count(*) FROM shop.migration"));
    }

    [Theory]
    [InlineData("0002_gap.sql")]
    [InlineData("1_short.sql")]
    [InlineData("first.sql")]
    public void Names_that_do_not_say_an_order_are_refused(string file)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);

        Assert.Throws<MigrationException>(() => builder.AddMigrations("shop", new Scripts((file, "SELECT 1"))));
    }

    private static async Task MigrateAsync(string database, Assembly assembly)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddNpgsqlDataSource(database);
        builder.AddMigrations("shop", assembly);
        using var host = builder.Build();
        await host.MigrateAsync(Cancellation);
    }

    private static async Task<object?> ReadAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
