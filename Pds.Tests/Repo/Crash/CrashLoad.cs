using AtProto;
using Npgsql;
using Pds.Tests.Repo.Model;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Crash;

/// <summary>Writers and a subscriber on servers that are about to be killed, and what has to hold when all is over.</summary>
internal sealed class CrashLoad : IAsyncDisposable
{
    private const int Accounts = 5;
    private const int WritersOfEach = 2;

    private readonly IReadOnlyList<ServerProcess> _servers;
    private readonly TestAccount[] _accounts;
    private readonly CrashWriter[] _writers;
    private readonly CrashSubscriber _subscriber;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _writing;
    private int _acknowledged;

    private CrashLoad(IReadOnlyList<ServerProcess> servers, IReadOnlyList<CrashEntry> entries, TestAccount[] accounts, int seed)
    {
        (_servers, _accounts) = (servers, accounts);
        _writers =
        [
            .. accounts.SelectMany((account, i) => Enumerable.Range(0, WritersOfEach).Select(
                n => new CrashWriter(account, $"w{n}", entries, new Dice(seed + (10 * i) + n)))),
        ];
        _subscriber = new CrashSubscriber(entries);
        _subscriber.Start();
        _writing = Task.WhenAll(_writers.Select(writer => Task.Run(() => WriteAsync(writer))));
    }

    /// <param name="balancer">What all clients go through; each finds its own way where there is none.</param>
    public static async Task<CrashLoad> StartAsync(IReadOnlyList<ServerProcess> servers, int seed, Balancer? balancer = null)
    {
        var entries = balancer is null ? servers.Select(CrashEntry.Of).ToArray() : [CrashEntry.Of(balancer)];
        var accounts = await Task.WhenAll(Enumerable.Range(0, Accounts).Select(_ => TestAccount.CreateAsync(servers[0].Xrpc)));
        return new CrashLoad(servers, entries, accounts, seed);
    }

    /// <summary>How many writes got no answer, or that of a server in trouble.</summary>
    public int Uncertain => _writers.Sum(writer => writer.Uncertain);

    /// <summary>How many writes were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Goes on until as many more writes have been acknowledged.</summary>
    public async Task GoOnAsync(int writes)
    {
        var goal = Volatile.Read(ref _acknowledged) + writes;
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref _acknowledged) >= goal || _writing.IsCompleted));
        Assert.False(_writing.IsCompleted, $"{_writing.Exception}\n{string.Join('\n', _servers.Select(server => server.Output))}");
    }

    /// <summary>Ends the writing and holds everything against everything: what writers know, the database, the stream, the export.</summary>
    /// <returns>A line about the run.</returns>
    public async Task<string> VerifyAsync(string database)
    {
        await _stopping.CancelAsync();
        await _writing;
        await using var source = NpgsqlDataSource.Create(database);
        var audit = await RepoAudit.RunAsync(source);
        await _subscriber.StopAfterAsync(await NewestAsync(source));

        foreach (var account in _accounts)
        {
            Verify(account, audit);
            foreach (var server in _servers)
            {
                var car = (await server.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", account.Did))).Ok().Body;
                Assert.Equal(car, _subscriber.Mirror.Write(account.Did, car));
            }
        }

        return $"{_acknowledged} writes acknowledged, {Uncertain} uncertain, "
            + $"{audit.Commits} commits, {_subscriber.Connections} connections of the subscriber";
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAny(_writing);
        Array.ForEach(_writers, writer => writer.Dispose());
        Array.ForEach(_accounts, account => account.Dispose());
        _stopping.Dispose();
    }

    private void Verify(TestAccount account, RepoAudit audit)
    {
        var records = audit.RecordsOf(account.Did);
        var writers = _writers.Where(writer => writer.Did == account.Did).ToArray();
        Assert.Equal(records.Count, writers.Sum(writer => writer.Verify(records)));
        foreach (var (cid, rev) in writers.SelectMany(writer => writer.Commits))
        {
            Assert.Equal(rev, Assert.Contains(cid, (IReadOnlyDictionary<Cid, Tid>)_subscriber.Commits));
        }
    }

    private async Task WriteAsync(CrashWriter writer)
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (await writer.WriteAsync())
            {
                Interlocked.Increment(ref _acknowledged);
            }
        }
    }

    private static async Task<long> NewestAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT max(seq) FROM repo.event");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
