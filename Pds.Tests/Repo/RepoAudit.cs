using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using Npgsql;
using Pds.Modules.Repo.Firehose;

namespace Pds.Tests.Repo;

/// <summary>
/// Looks at everything a database holds of repositories: that the log has no gap, that each commit follows the one before
/// and can be undone, and that head, tree, records and what the log says of them are the same.
/// </summary>
internal sealed class RepoAudit
{
    private readonly Dictionary<long, Mirror> _mirrors = [];

    /// <summary>The commits that were made, the first of each repository apart.</summary>
    public int Commits { get; private set; }

    /// <summary>Fails the test at the first thing that is wrong.</summary>
    public static async Task<RepoAudit> RunAsync(NpgsqlDataSource database)
    {
        var audit = new RepoAudit();
        var store = new EventStore(database);
        var last = 0L;
        while (await store.ReadAsync(last, 1000, 8 << 20, TestContext.Current.CancellationToken) is { Count: > 0 } page)
        {
            foreach (var item in page)
            {
                Assert.Equal(last + 1, item.Seq);
                last = item.Seq;
                if (item.Kind == EventKind.Commit)
                {
                    audit.Follow(item);
                }
            }
        }

        foreach (var (repoId, mirror) in audit._mirrors)
        {
            await mirror.CompareAsync(database, repoId);
        }

        return audit;
    }

    /// <summary>The records that a repository has, by path.</summary>
    public IReadOnlyDictionary<string, Cid> RecordsOf(Did did) =>
        _mirrors.Values.Single(mirror => mirror.Did == did).Records;

    private void Follow(StreamEvent item)
    {
        var commit = CommitEvent.Parse(item.Frame.Span);
        Assert.Equal(item.Seq, commit.Seq);
        if (_mirrors.TryGetValue(item.RepoId, out var mirror))
        {
            Commits++;
            mirror.Follow(commit);
        }
        else
        {
            Assert.Null(commit.Since);
            Assert.Null(commit.PrevData);
            _mirrors.Add(item.RepoId, new Mirror(commit));
        }
    }

    private sealed class Mirror(CommitEvent first)
    {
        private CommitEvent _head = first;
        private Cid _data = DataOf(first);

        public Did Did { get; } = first.Repo;

        public Dictionary<string, Cid> Records { get; } = [];

        public void Follow(CommitEvent commit)
        {
            Assert.Equal(_head.Rev, commit.Since);
            Assert.True(commit.Rev > _head.Rev);
            Assert.Equal(_data, commit.PrevData);

            _data = DataOf(commit);
            Assert.Equal(commit.PrevData, CommitInversion.Invert(commit.Operations, commit.Blocks.Blocks, _data));
            foreach (var operation in commit.Operations)
            {
                Assert.Equal(operation.Prev, Records.TryGetValue(operation.Path, out var was) ? was : null);
                if (operation.Cid is { } cid)
                {
                    Assert.Contains(cid, commit.Blocks.Blocks);
                    Records[operation.Path] = cid;
                }
                else
                {
                    Assert.True(Records.Remove(operation.Path));
                }
            }

            _head = commit;
        }

        public async Task CompareAsync(NpgsqlDataSource database, long repoId)
        {
            await using var head = database.CreateCommand(
                """
                SELECT r.cid, r.data, r.commit, k.did_key, r.rev
                FROM repo.repo AS r JOIN repo.signing_key AS k ON k.id = r.signing_key_id WHERE r.id = $1
                """);
            head.Parameters.AddWithValue(repoId);
            await using (var reader = await head.ExecuteReaderAsync(TestContext.Current.CancellationToken))
            {
                Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
                Assert.Equal(_head.Commit, ToCid(reader.GetFieldValue<byte[]>(0)));
                Assert.Equal(_data, ToCid(reader.GetFieldValue<byte[]>(1)));
                Assert.Equal(_head.Rev.Value, reader.GetInt64(4));
                Assert.True(SignedCommit.TryDecode(reader.GetFieldValue<byte[]>(2), out var commit));
                Assert.Equal(_head.Commit, commit.Cid);
                Assert.True(commit.Verify(PublicKey.ParseDidKey(reader.GetString(3))));
            }

            await CompareRecordsAsync(database, repoId);
            await CompareTreeAsync(database, repoId);
        }

        private async Task CompareRecordsAsync(NpgsqlDataSource database, long repoId)
        {
            await using var command = database.CreateCommand(
                "SELECT collection || '/' || rkey, cid, value FROM repo.record WHERE repo_id = $1");
            command.Parameters.AddWithValue(repoId);
            var stored = new Dictionary<string, Cid>();
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                var cid = ToCid(reader.GetFieldValue<byte[]>(1));
                Assert.Equal(cid, Cid.Compute(CidCodec.DagCbor, reader.GetFieldValue<byte[]>(2)));
                stored.Add(reader.GetString(0), cid);
            }

            Assert.Equal(Records, stored);
        }

        private async Task CompareTreeAsync(NpgsqlDataSource database, long repoId)
        {
            var expected = new HashSet<Cid>();
            var builder = new TreeBuilder(node => expected.Add(node.Cid));
            foreach (var (path, cid) in Records.OrderBy(record => record.Key, StringComparer.Ordinal))
            {
                builder.Add(path, cid);
            }

            Assert.Equal(_data, builder.Build().Root);

            await using var command = database.CreateCommand("SELECT cid, bytes FROM repo.node WHERE repo_id = $1");
            command.Parameters.AddWithValue(repoId);
            var stored = new HashSet<Cid>();
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                var cid = ToCid(reader.GetFieldValue<byte[]>(0));
                Assert.Equal(cid, Cid.Compute(CidCodec.DagCbor, reader.GetFieldValue<byte[]>(1)));
                Assert.True(stored.Add(cid));
            }

            Assert.Equal(expected, stored);
        }

        private static Cid DataOf(CommitEvent item)
        {
            Assert.Equal([item.Commit], item.Blocks.Roots);
            Assert.True(SignedCommit.TryDecode(item.Blocks.Blocks[item.Commit], out var commit));
            Assert.Equal((item.Repo, item.Rev), (commit.Did, commit.Rev));
            return commit.Data;
        }

        private static Cid ToCid(byte[] bytes) => Cid.TryRead(bytes, out var cid) ? cid : throw new FormatException();
    }
}
