using System.Globalization;
using Npgsql;
using Pds.Postgres;
using Pds.Tests.Support;

namespace Pds.Tests.Postgres;

public sealed class SharedReadsTests(TestServices services) : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private NpgsqlDataSource _database = null!;
    private SharedReads _reads = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = NpgsqlDataSource.Create(await services.CreateDatabaseAsync(Cancellation));
        _reads = new SharedReads(_database, lanes: 2, Timeout);
    }

    public async ValueTask DisposeAsync()
    {
        await _reads.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Each_of_many_reads_gets_its_own_rows()
    {
        var reads = Enumerable.Range(0, 2_000).Select(number => Task.Run(
            () => RunAsync("SELECT n FROM generate_series($1::int, $1 + $1 % 3) AS n", number), Cancellation)).ToArray();

        var answers = await Task.WhenAll(reads);

        for (var number = 0; number < answers.Length; number++)
        {
            Assert.Equal(Enumerable.Range(number, (number % 3) + 1), answers[number]);
        }
    }

    [Fact]
    public async Task Few_connections_serve_many_readers()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(number => Task.Run(() => RunAsync("SELECT $1::int", number), Cancellation)));

        var connections = await RunAsync("SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND $1 = 0", 0);

        Assert.InRange(connections.Single(), 1, 2);
    }

    [Fact]
    public async Task A_refused_read_fails_alone()
    {
        var reads = Enumerable.Range(0, 200).Select(number => Task.Run(
            () => RunAsync("SELECT 100 / ($1::int % 10)", number), Cancellation)).ToArray();

        for (var number = 0; number < reads.Length; number++)
        {
            if (number % 10 == 0)
            {
                var refusal = await Assert.ThrowsAsync<PostgresException>(() => reads[number]);
                Assert.Equal(PostgresErrorCodes.DivisionByZero, refusal.SqlState);
            }
            else
            {
                Assert.Equal([100 / (number % 10)], await reads[number]);
            }
        }
    }

    [Fact]
    public async Task An_answer_that_cannot_be_made_fails_alone()
    {
        var broken = _reads.RunAsync<int>(
            Command("SELECT n FROM generate_series(1, $1::int) AS n", 1_000),
            (_, _) => throw new InvalidOperationException("not to be read"),
            Cancellation);
        var whole = RunAsync("SELECT $1::int", 7);

        Assert.Equal("not to be read", (await Assert.ThrowsAsync<InvalidOperationException>(() => broken)).Message);
        Assert.Equal([7], await whole);
    }

    [Fact]
    public async Task A_lost_connection_is_told_to_each_reader_and_the_next_one_has_another()
    {
        var asleep = Enumerable.Range(0, 40).Select(_ => RunAsync("SELECT 1 FROM pg_sleep(600) WHERE $1 = 0", 0)).ToArray();
        while (!asleep.All(read => read.IsCompleted))
        {
            await KillAsync();
        }

        foreach (var read in asleep)
        {
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => read.WaitAsync(Timeout, Cancellation));
        }

        Assert.Equal([3], await RunAsync("SELECT $1::int", 3).WaitAsync(Timeout, Cancellation));
    }

    [Fact]
    public async Task Readers_do_not_wait_for_ever()
    {
        await using var reads = new SharedReads(_database, lanes: 1, TimeSpan.FromSeconds(1));

        var slow = RunAsync(reads, "SELECT 1 FROM pg_sleep(600) WHERE $1 = 0", 0);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => slow.WaitAsync(Timeout, Cancellation));
        Assert.Equal([5], await RunAsync(reads, "SELECT $1::int", 5).WaitAsync(Timeout, Cancellation));
    }

    [Fact]
    public async Task A_slow_read_does_not_hold_up_those_that_come_later()
    {
        var slow = RunAsync("SELECT 1 FROM pg_sleep(600) WHERE $1 = 0", 0);
        await UntilAsync("SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND wait_event = 'PgSleep' AND $1 = 0");

        Assert.Equal([5], await RunAsync("SELECT $1::int", 5).WaitAsync(Timeout, Cancellation));

        while (!slow.IsCompleted)
        {
            await KillAsync();
        }

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => slow);
    }

    [Fact]
    public async Task A_reader_that_has_left_is_not_asked_for()
    {
        var left = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _reads.RunAsync<int>(
            Command("SELECT $1::int", 1), (_, _) => throw new InvalidOperationException("was sent"), left));
    }

    private static NpgsqlBatchCommand Command(string statement, int number)
    {
        var command = new NpgsqlBatchCommand(statement);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = number });
        return command;
    }

    private static Task<List<int>> RunAsync(SharedReads reads, string statement, int number) => reads.RunAsync(
        Command(statement, number),
        static async (reader, cancellation) =>
        {
            var rows = new List<int>();
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add(reader.GetInt32(0));
            }

            return rows;
        },
        Cancellation);

    private Task<List<int>> RunAsync(string statement, int number) => RunAsync(_reads, statement, number);

    /// <summary>Waits until a statement of its own connection counts something.</summary>
    private async Task UntilAsync(string count)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        bound.CancelAfter(Timeout);
        while (true)
        {
            await using var command = _database.CreateCommand(count);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = 0 });
            if (Convert.ToInt32(await command.ExecuteScalarAsync(bound.Token), CultureInfo.InvariantCulture) > 0)
            {
                return;
            }
        }
    }

    /// <summary>Ends the connections that sleep.</summary>
    private async Task KillAsync()
    {
        await using var command = _database.CreateCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
